import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "../../emulator/asl/failure.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { ledgerItem } from "../support/rehearse.ts";
import { answer, entered, environmentItem, offered, quarantined, reaches, shoppers } from "../support/telling.ts";
import { openTroubledStage, type TroubledStage, troubledStage } from "../support/world.ts";

let stage: TroubledStage;
afterEach(() => stage.cloud.close());

describe("a release that isn't green", () => {
  test("red on live is quarantined there, under the settings that it was red with", async () => {
    stage = await troubledStage();
    const stop = shoppers(stage);
    const { dev, live } = await offered(stage, "orders-fail-under-traffic");
    await answer(stage, live, "approve");
    expect((await ending(live)).ended).toBe("RolledBack");
    stop();
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await ending(await stage.promote("orders-fail-under-traffic", dev))).toEqual({
      ended: "Quarantined",
      why: expect.stringMatching(/^this image was red here under the same settings \(.* UTC\): orders.list fail/),
    });

    const item = Object.entries(await quarantined(stage, "live", "orders-fail-under-traffic"));
    const underAnother = item.map(([name, value]) => [name === "id" ? name : `${name}0`, value]);
    await stage.cloud.call({
      service: "dynamodb",
      action: "PutItem",
      input: { TableName: "greengate-live-ledger", Item: Object.fromEntries(underAnother) },
      caller: "the story",
    });
    await stage.clock.sleep(1_000);
    await reaches(stage, await stage.promote("orders-fail-under-traffic", dev), "Ask operators");
  });

  test("that crashes at boot ends DeployFailed, and is not held to be red", async () => {
    stage = await troubledStage();
    expect((await ending(await stage.merge("crash"))).ended).toBe("DeployFailed");
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
    expect(await quarantined(stage, "dev", "crash")).toEqual({});
  });

  test("that never gets healthy is stopped at the deadline", async () => {
    stage = await troubledStage();
    stage.world.behaves.set(imageOf("good-2"), "ill");
    const began = stage.clock.now();
    const { ended, why } = await ending(await stage.merge("good-2"));
    expect(ended).toBe("DeployFailed");
    expect(why).toMatch(/^users did not get it within 15 minutes \(SCALE_UP IN_PROGRESS\); /);
    expect(stage.clock.now() - began).toBeGreaterThan(15 * 60_000);
    expect(stage.clock.now() - began).toBeLessThan(18 * 60_000);
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
  });

  test("is found out even where ECS was done with it before anybody could look", async () => {
    let throttled = 0;
    stage = await troubledStage({
      ecs: { provisioning: 1_000, stagePause: 0, trafficShift: 0 },
      async aroundTask({ state }, _, perform) {
        if (state !== "Check deployment" || throttled-- <= 0) return perform();
        throw new Failure({ error: "Lambda.TooManyRequestsException", cause: "Rate Exceeded." });
      },
    });
    throttled = 6;
    const run = await stage.merge("red");
    expect((await ending(run)).ended).toBe("RolledBack");
    expect(entered(run, "Wait for ECS")).toBe(false);
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
  });

  test("as the very first one is refused before anybody meets it", async () => {
    stage = await openTroubledStage();
    expect((await ending(await stage.merge("dark-red"))).ended).toBe("Refused");
    expect(await stage.serving("dev")).toBe(null);
    expect((await ending(await stage.merge("good-1"))).ended).toBe("Released");
  });

  test("as the very first one, once users meet it, can't be taken back, and the next merge mends it", async () => {
    stage = await openTroubledStage();
    const { ended, why } = await ending(await stage.merge("red"));
    expect(ended).toBe("RollbackFailed");
    expect(why).toMatch(/nothing was good here before, so it still serves: merge a fix, the next release goes ahead$/);
    expect(await environmentItem(stage, "dev")).not.toHaveProperty("frozen");
    expect((await ending(await stage.merge("good-1"))).ended).toBe("Released");
  });

  test("is let in and stays where an emergency asks for it, and is no place to go back to", async () => {
    stage = await troubledStage();
    const { candidate } = JSON.parse((await stage.merge("dark-red")).execution.input);
    await Promise.all(stage.runs().map(ending));
    const asked = { reason: "checkout is down", incident: "INC-7", smoke: "advisory" };
    const run = await stage.start("dev", "emergency", { candidate, requestedBy: "ana", override: asked }, "advisory");
    const { ended, why } = await ending(run);
    expect(ended).toBe("Released");
    expect(why).toMatch(/^advisory, and not recorded as good: advisory, so it stops nothing: products.list fail/);
    const override = `override#${run.execution.identity.executionArn}`;
    expect(await ledgerItem(stage, "dev", override)).toMatchObject({ smoke: { S: "advisory" } });
    expect(await stage.serving("dev")).toBe(commitOf("dark-red"));
    const { good, unproven } = await environmentItem(stage, "dev");
    expect([good, unproven]).toMatchObject([{ commit: commitOf("good-1") }, { commit: commitOf("dark-red") }]);
  });
});

describe("a world that is bad", () => {
  test("before the shift: both colours fail, and the release is held, not blamed", async () => {
    stage = await troubledStage();
    stage.world.lockedOut = true;
    const { ended, why } = await ending(await stage.merge("good-2"));
    expect(ended).toBe("Held");
    expect(why).toMatch(/^both fail; new: .*sign-in answered 401.*; what users see now: /);
    expect(await quarantined(stage, "dev", "good-2")).toEqual({});
    stage.world.lockedOut = false;
    expect((await ending(await stage.merge("good-2"))).ended).toBe("Released");
  });

  test("after the shift: the release is red, and so is last-known-good", async () => {
    let armed = false;
    stage = await troubledStage({
      onEvent(_, { stateEnteredEventDetails }) {
        if (armed && stateEnteredEventDetails?.name === "Smoke") stage.world.lockedOut = true;
      },
    });
    armed = true;
    const { ended, why } = await ending(await stage.merge("good-2"));
    expect(ended).toBe("Held");
    expect(why).toMatch(/; back on .{7}, which is not green either: /);
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
    expect(await quarantined(stage, "dev", "good-2")).toEqual({});
  });

  test("somebody's update-service by hand takes over: the release ends Displaced, on last-known-good", async () => {
    stage = await troubledStage();
    const { good } = await environmentItem(stage, "dev");
    const run = await stage.merge("good-2");
    await reaches(stage, run, "Wait for ECS");
    await stage.clock.sleep(30_000);
    await stage.cloud.call({
      service: "ecs",
      action: "UpdateService",
      input: { cluster: "greengate-dev", service: "greengate-dev", taskDefinition: Object(good).taskDefinition },
      caller: "somebody",
    });
    const { ended, why } = await ending(run);
    expect(ended).toBe("Displaced");
    expect(why).toContain(Object(good).taskDefinition);
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "dev")).not.toHaveProperty("holder");
  });
});

test("a rollback that fails freezes live and tells everybody; an emergency that is green thaws it", async () => {
  stage = await troubledStage();
  const stop = shoppers(stage);
  stage.world.faults.set("live Restore last good", "fails");
  const { live } = await offered(stage, "orders-fail-under-traffic");
  await answer(stage, live, "approve");
  const { ended, why } = await ending(live);
  stop();
  expect(ended).toBe("RollbackFailed");
  expect(why).toMatch(/; and not restored: as the story has it$/);
  expect(await environmentItem(stage, "live")).toMatchObject({ frozen: { reason: why } });
  const [commit] = /^.{7}/.exec(commitOf("orders-fail-under-traffic")) ?? [];
  expect(stage.cloud.mails.at(-1)).toMatchObject({
    to: "everyone",
    subject: `greengate live: RollbackFailed ${commit}`,
  });

  const dev = await stage.merge("good-2");
  await ending(dev);
  expect(await ending(stage.offeredBy(dev)!)).toEqual({ ended: "Frozen", why: `the environment is frozen: ${why}` });

  stage.world.faults.clear();
  expect(await ending(await stage.emergency("live", "good-2"))).toEqual({ ended: "Released", why: "4 checks passed" });
  expect(await stage.serving("live")).toBe(commitOf("good-2"));
  expect(await environmentItem(stage, "live")).not.toHaveProperty("frozen");
});
