import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import { imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { answer, deployments, entered, offered, reaches } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

const week = 7 * 86_400_000;

describe("nothing is promoted without a green release on dev", () => {
  let stage: TroubledStage;
  let green: Run;
  beforeAll(async () => {
    stage = await troubledStage();
    const { dev, live } = await offered(stage, "good-2");
    await answer(stage, live, "reject");
    await ending(live);
    green = dev;
  });
  afterAll(() => stage.cloud.close());

  /** Asks live for what an execution released, naming that one or another as evidence. */
  const promote = async (of: Run, executionArn: string | undefined = of.execution.identity.executionArn) => {
    const { candidate } = JSON.parse(of.execution.input);
    const name = `promote-${stage.runs().length}`;
    const run = await stage.start(
      "live",
      "release",
      { candidate, requestedBy: "ana", evidence: { executionArn } },
      name,
    );
    const end = await ending(run);
    return { ...end, asked: entered(run, "Ask operators") };
  };
  const refused = (why: unknown) => ({ ended: "NoGreenEvidence", why, asked: false });

  test("an emergency's green release on dev is none: live may not even read it", async () => {
    const emergency = await stage.emergency("dev", "slow-boot");
    expect((await ending(emergency)).ended).toBe("Released");
    expect(await promote(emergency)).toEqual(
      refused(expect.stringContaining("greengate-dev-release, whose releases are evidence")),
    );
  });

  test("a release that ended red is none", async () => {
    const red = await stage.merge("red");
    expect((await ending(red)).ended).toBe("RolledBack");
    expect(await promote(red)).toEqual(refused(`${red.execution.identity.name} ended FAILED`));
  });

  test("an execution that doesn't exist is none", async () => {
    const arn = `${green.execution.identity.executionArn}-no-more`;
    expect(await promote(green, arn)).toEqual(refused(`there is no execution ${arn}`));
  });

  test("a candidate that isn't the one in the evidence is refused", async () => {
    const { candidate } = JSON.parse(green.execution.input);
    const evidence = { executionArn: green.execution.identity.executionArn };
    const altered = { candidate: { ...candidate, author: "Eve" }, requestedBy: "eve", evidence };
    expect(await ending(await stage.start("live", "release", altered, "altered"))).toEqual({
      ended: "InvalidInput",
      why: `candidate differs from the one in the input of ${green.execution.identity.name}: send that one`,
    });
  });

  test("a release that goes on running is waited for, two minutes long", async () => {
    stage.world.faults.set("dev Close", "unanswered");
    const dev = await stage.merge("good-2");
    await reaches(stage, dev, "Close");
    const began = stage.clock.now();
    const end = await ending(stage.offeredBy(dev)!);
    const { name } = dev.execution.identity;
    expect(end).toEqual({ ended: "NoGreenEvidence", why: `${name} was still running after 2 minutes` });
    expect(stage.clock.now() - began).toBeGreaterThan(119_000);
    expect(stage.clock.now() - began).toBeLessThan(130_000);
    stage.world.faults.clear();
    await ending(dev);
  });

  test("what is good on live already needs no evidence to be redeployed, but an answer", async () => {
    const before = deployments(stage).length;
    const redeploy = await stage.promote("good-1");
    await reaches(stage, redeploy, "Ask operators");
    expect(deployments(stage)).toHaveLength(before);
    await stage.clock.sleep(1_000);
    await answer(stage, redeploy, "approve");
    expect(await ending(redeploy)).toEqual({ ended: "Released", why: "4 checks passed" });
  });

  test("a later red smoke of the digest on dev revokes it, but for what is good on live already", async () => {
    const again = await troubledStage();
    again.world.behaves.set(imageOf("good-1"), "dark-red");
    expect((await ending(await again.merge("good-1"))).ended).toBe("Refused");
    await reaches(again, await again.promote("good-1"), "Ask operators");

    const { dev, live } = await offered(again, "good-2");
    await answer(again, live, "reject");
    again.world.behaves.set(imageOf("good-2"), "dark-red");
    expect((await ending(await again.merge("good-2"))).ended).toBe("Refused");
    expect(await ending(await again.promote("good-2", dev))).toEqual({
      ended: "NoGreenEvidence",
      why: expect.stringContaining("a later smoke in the environment before was red: products.list fail"),
    });
    await again.cloud.close();
  });

  test("after seven days it is too old", async () => {
    await stage.clock.sleep(week);
    expect(await promote(green)).toEqual(
      refused(
        expect.stringMatching(/ ended on 23 Nov 2026, \d\d:\d\d UTC, and evidence counts for 7 days: merge again$/),
      ),
    );
  });
});
