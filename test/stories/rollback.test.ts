import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import {
  answer,
  deployments,
  environmentItem,
  offered,
  quarantined,
  reaches,
  released,
  rollback,
} from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

describe("an operator's rollback", () => {
  let stage: TroubledStage;
  beforeEach(async () => {
    stage = await troubledStage();
  });
  afterEach(() => stage.cloud.close());

  test("during a release stops it at once; the release sees it and ends Stopped", async () => {
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    await reaches(stage, live, "Smoke");
    expect(await stage.serving("live")).toBe(commitOf("good-2"));

    const back = await rollback(stage, "live");
    await stage.clock.sleep(60_000);
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect((await ending(live)).ended).toBe("Stopped");
    expect((await ending(back)).ended).toBe("Restored");
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-1") } });
    expect(JSON.stringify(await quarantined(stage, "live", "good-2"))).toContain('{"by":{"S":"operator"}');
  });

  test("afterwards goes to the good one before, and quarantines what it left with the operator's reason", async () => {
    const { dev, live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    expect((await ending(live)).ended).toBe("Released");

    expect((await ending(await rollback(stage, "live"))).ended).toBe("Restored");
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).toMatchObject({
      good: { commit: commitOf("good-1") },
      previous: null,
    });
    const left = Object.values(await quarantined(stage, "live", "good-2"));
    expect(JSON.stringify(left)).toContain("orders are slow");
    expect((await ending(await stage.promote("good-2", dev))).ended).toBe("Quarantined");
    expect((await released(stage, "slow-boot")).ended).toBe("Released");
  });

  test("goes to the commit that `to` names, if that is the good one or the one before", async () => {
    await released(stage, "good-2");
    const before = deployments(stage).length;
    expect(await ending(await rollback(stage, "live", "slow-boot"))).toEqual({
      ended: "InvalidInput",
      why: expect.stringMatching(
        `^rollback.to must be one of ${commitOf("good-1").slice(0, 7)} \\(release/.*\\), not ${commitOf("slow-boot").slice(0, 7)}$`,
      ),
    });
    expect((await ending(await rollback(stage, "live", "good-2"))).ended).toBe("Restored");
    expect(deployments(stage)).toHaveLength(before);
    expect((await ending(await rollback(stage, "live", "good-1"))).ended).toBe("Restored");
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });

  test("of a hotfix takes the demand with it that later candidates contain it", async () => {
    await ending(await stage.emergency("live", "slow-boot"));
    expect((await ending(await rollback(stage, "live"))).ended).toBe("Restored");
    expect((await released(stage, "good-2")).ended).toBe("Released");
  });

  test("says so when there is nothing to go back to, and leaves everything as it is", async () => {
    const before = deployments(stage).length;
    expect(await ending(await rollback(stage, "live"))).toEqual({
      ended: "InvalidInput",
      why: "no other release was good here: there is nothing to roll back to",
    });
    expect(deployments(stage)).toHaveLength(before);
  });

  test("to a release that is red now fails and freezes", async () => {
    await released(stage, "good-2");
    stage.world.behaves.set(imageOf("good-1"), "dark-red");
    expect((await ending(await rollback(stage, "live"))).ended).toBe("RollbackFailed");
    expect(await environmentItem(stage, "live")).toHaveProperty("frozen");
  });
});
