import { afterEach, describe, expect, test } from "vitest";
import type { Lane } from "../../contract/execution.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { asked, inputOf, item, mailsAbout } from "../support/storyAttack.ts";
import { answer, deployments, entered, environmentItem, offered, reaches, rollback } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

let stage: TroubledStage;
afterEach(() => stage.cloud.close());

const override = { reason: "checkout is down", incident: "INC-7" };

/** A build's candidate, as a branch's workflow would hand it over. */
const candidateFor = async (build: "dark-red" | "slow-boot") => inputOf(await stage.merge(build)).candidate;

describe("breaking the glass on live", () => {
  test("advisory covers hook and step: it serves, it is told, it isn't good, and a rollback leads back to what is", async () => {
    stage = await troubledStage();
    const candidate = await candidateFor("dark-red");
    const asks = { candidate, requestedBy: "ana", override: { ...override, smoke: "advisory" } };
    const run = await stage.start("live", "emergency", asks, "advisory");
    expect(await ending(run)).toEqual({
      ended: "Released",
      why: expect.stringMatching(/^advisory, and not recorded as good: .*products.list fail/),
    });
    expect(await stage.serving("live")).toBe(commitOf("dark-red"));
    expect(entered(run, "Ask operators")).toBe(false);

    const { good, unproven, mustContain, holder } = await environmentItem(stage, "live");
    expect([good, unproven]).toMatchObject([{ commit: commitOf("good-1") }, { commit: commitOf("dark-red") }]);
    expect([mustContain, holder]).toEqual([commitOf("dark-red"), undefined]);
    const { serviceDeploymentArn } = deployments(stage).findLast(({ serviceArn }) => serviceArn.includes("live"))!;
    expect(await item(stage, "live", `smoke#${serviceDeploymentArn}`)).toMatchObject({
      verdict: "red",
      admitted: true,
    });
    const arn = run.execution.identity.executionArn;
    expect(await item(stage, "live", `override#${arn}`)).toMatchObject({ ...override, smoke: "advisory" });
    const notices = mailsAbout(stage, run).filter(({ to }) => to === "everyone");
    expect(notices.map(({ subject }) => subject)).toEqual([
      `greengate live: EMERGENCY ${candidate.commit.slice(0, 7)}`,
      `greengate live: Released ${candidate.commit.slice(0, 7)}`,
    ]);
    expect(notices[0]?.message).toContain("Smokes report and stop nothing (advisory).");

    expect((await ending(await rollback(stage, "live"))).ended).toBe("Restored");
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).not.toHaveProperty("unproven");
  });

  test("an emergency doesn't wait for a release's bake: it takes the lock over, and the release ends Displaced", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    await reaches(stage, live, "Smoke");
    await stage.clock.sleep(10_000);
    const { fence } = await environmentItem(stage, "live");

    const emergency = await stage.emergency("live", "slow-boot");
    await reaches(stage, emergency, "Deploy");
    expect(entered(emergency, "Wait")).toBe(false);
    expect(await environmentItem(stage, "live")).toMatchObject({ fence: Number(fence) + 1 });
    const { name } = emergency.execution.identity;
    expect(await ending(live)).toEqual({
      ended: "Displaced",
      why: expect.stringContaining(`emergency ${name} took over`),
    });
    expect(await ending(emergency)).toEqual({ ended: "Released", why: "4 checks passed" });

    expect(await stage.serving("live")).toBe(commitOf("slow-boot"));
    expect(await environmentItem(stage, "live")).toMatchObject({
      good: { commit: commitOf("slow-boot"), hotfix: true },
      previous: { commit: commitOf("good-1") },
    });
    const statuses = deployments(stage)
      .filter(({ serviceArn }) => serviceArn.includes("live"))
      .map(({ status }) => status);
    expect(statuses).toEqual(["SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
  });
});

describe("a redriven execution goes nowhere", () => {
  const inputs: Record<Lane, (candidate: object) => object> = {
    release: (candidate) => ({ candidate, requestedBy: "ana" }),
    emergency: (candidate) => ({ candidate, requestedBy: "ana", override }),
    rollback: () => ({ requestedBy: "ana", rollback: { reason: "orders are slow" } }),
  };
  const refusal = { ended: "InvalidInput", why: "a redriven execution releases nothing: start a new one" };

  /** The embedded cloud can't redrive: what the definition says of it is said in every call to the gate from that state on. */
  const redrivenFrom = (state: string) => {
    let redriven = false;
    return troubledStage({
      aroundTask(task, _, perform) {
        redriven ||= armed && task.state === state;
        if (redriven) task.arguments = task.arguments.replace('"redrives":0', '"redrives":1');
        return perform();
      },
    });
  };
  let armed = false;

  test.each(["emergency", "rollback", "release"] as const)("%s: from its start", async (lane) => {
    armed = false;
    stage = await redrivenFrom("Admit");
    armed = true;
    const before = deployments(stage).length;
    const run = await stage.start("live", lane, inputs[lane](await candidateFor("slow-boot")), "again");
    expect(await ending(run)).toEqual(refusal);
    expect(deployments(stage).filter(({ serviceArn }) => serviceArn.includes("live"))).toHaveLength(1);
    expect(before).toBe(2);
    expect(await environmentItem(stage, "live")).not.toHaveProperty("holder");
  });

  test.each(["emergency", "rollback"] as const)("%s: from where it waited for the lock", async (lane) => {
    armed = false;
    stage = await redrivenFrom("Take lock");
    await offered(stage, "good-2").then(({ live }) => answer(stage, live, "approve").then(() => ending(live)));
    const before = deployments(stage).length;
    const { candidate } = inputOf(await asked(stage, inputOf(stage.runs().findLast(isLive)!), "model"));
    armed = true;
    const run = await stage.start("live", lane, inputs[lane](candidate), "again");
    expect(await ending(run)).toEqual(refusal);
    expect(deployments(stage)).toHaveLength(before);
    expect(await stage.serving("live")).toBe(commitOf("good-2"));
  });
});

const isLive = ({ machine }: { machine: { name: string } }): boolean => machine.name.endsWith("-live-release");
