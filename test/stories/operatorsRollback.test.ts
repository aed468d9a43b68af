import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { releaseOf } from "../../contract/execution.ts";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import {
  atPeace,
  beginStory,
  ends,
  fail,
  greenOnDev,
  keptOutBy,
  lift,
  promoted,
  type Story,
  seen,
} from "../support/story.ts";
import {
  deployments,
  entered,
  environmentItem,
  reaches,
  rollback,
  servedRelease,
  shoppers,
} from "../support/telling.ts";

const red = "orders-fail-under-traffic";
const next = "slow-boot";

describe("an operator's rollback while something is wrong, with good-2 good on live and good-1 before it", () => {
  let story: Story;
  let redOnDev: Run;
  let nextOnDev: Run;
  beforeAll(async () => {
    story = await beginStory("good-1");
    expect(await ends(await promoted(story, "good-2", await greenOnDev(story, "good-2")))).toEqual(["Released"]);
    redOnDev = await greenOnDev(story, red);
    nextOnDev = await greenOnDev(story, next);
  }, 60_000);
  beforeEach(async () => {
    story.outages.clear();
    story.world.faults.clear();
    await lift(story, "live", red);
    await lift(story, "live", next);
    expect(await seen(story, "live")).toEqual(atPeace("good-2", "good-1"));
  });
  afterAll(() => story.cloud.close());

  /** Everything is as before, and of the good ones none is kept out. */
  async function isBackOnGood2() {
    expect(await seen(story, "live")).toEqual(atPeace("good-2", "good-1"));
    expect(await keptOutBy(story, "live", "good-1")).toBe("nobody");
    expect(await keptOutBy(story, "live", "good-2")).toBe("nobody");
    expect(await keptOutBy(story, "dev", red)).toBe("nobody");
  }

  test("a red release that Greengate is taking back already: both end on the good one", async () => {
    const stop = shoppers(story);
    const run = await promoted(story, red, redOnDev);
    await reaches(story, run, "Restore last good");
    const back = await rollback(story, "live");
    const ended = await ends(run, back);
    stop();
    expect(ended[1]).toBe("Restored");
    expect(["RolledBack", "Stopped"]).toContain(ended[0]);
    await isBackOnGood2();
    expect(await keptOutBy(story, "live", red)).not.toBe("nobody");
  });

  test("two operators within five seconds: the second doesn't stop what the first one does", async () => {
    const run = await promoted(story, next, nextOnDev);
    await reaches(story, run, "Smoke");
    const first = await rollback(story, "live");
    await story.clock.sleep(4_000);
    const second = await rollback(story, "live");
    expect(await ends(run, first, second)).toEqual(["Stopped", "Restored", "Restored"]);
    await isBackOnGood2();
    expect(await keptOutBy(story, "live", next)).toBe("operator");
  });

  test.each([0, 3, 9])("%d seconds after Deploy began", async (seconds) => {
    const run = await promoted(story, next, nextOnDev);
    await reaches(story, run, "Deploy");
    await story.clock.sleep(seconds * 1_000);
    const back = await rollback(story, "live");
    expect(await ends(run, back)).toEqual(["Stopped", "Restored"]);
    await isBackOnGood2();
    // Asked for before it was announced, nobody knows yet what is left.
    if (seconds > 0) expect(await keptOutBy(story, "live", next)).toBe("operator");
  });

  test.each(["UpdateItem", "UpdateService"])("while Deploy waits to be let through with its %s", async (action) => {
    let back: Run | undefined;
    story.before.call = async (call) => {
      if (call.action !== action || !call.caller.includes("-live-deploy")) return;
      story.before.call = undefined;
      back = await rollback(story, "live");
      // The call is under way while the rollback takes the lock and looks.
      await story.hold(20_000);
    };
    const run = await promoted(story, next, nextOnDev);
    while (!back) await story.clock.sleep(1_000);
    expect(await ends(back)).toEqual(["Restored"]);
    const begun = deployments(story).length;
    const [ended] = await ends(run);
    await story.clock.sleep(60_000);
    // It has waited for what was still to arrive.
    expect(deployments(story)).toHaveLength(begun);
    expect(["Stopped", "Displaced"]).toContain(ended);
    await isBackOnGood2();
  });

  test("where ECS throttles the stop for 40 seconds", async () => {
    const run = await promoted(story, next, nextOnDev);
    await reaches(story, run, "Smoke");
    fail(story, "ecs:StopServiceDeployment", "throttled", 40_000);
    const back = await rollback(story, "live");
    expect(await ends(run, back)).toEqual(["Stopped", "Restored"]);
    await isBackOnGood2();
    expect(await keptOutBy(story, "live", next)).toBe("operator");
  });

  test("after an abort that left ECS to finish by itself", async () => {
    const run = await promoted(story, next, nextOnDev);
    await reaches(story, run, "Smoke");
    await story.cloud.stepFunctions.stopExecution(run.execution.identity.executionArn);
    await story.clock.sleep(10 * 60_000);
    expect((await seen(story, "live")).serves).toBe(commitOf(next));
    expect(await ends(await rollback(story, "live"))).toEqual(["Restored"]);
    await isBackOnGood2();
    expect(await keptOutBy(story, "live", next)).toBe("operator");
  });

  test("after a rollback of Greengate's own that failed: it thaws what that one froze", async () => {
    story.world.faults.set("live Restore last good", "fails");
    const stop = shoppers(story);
    const run = await promoted(story, red, redOnDev);
    expect(await ends(run)).toEqual(["RollbackFailed"]);
    expect((await seen(story, "live")).leftovers).toEqual(["frozen"]);
    story.world.faults.clear();
    const { ended, why } = await ending(await rollback(story, "live"));
    stop();
    expect([ended, why]).toEqual(["Restored", expect.stringMatching(/^back on /)]);
    await isBackOnGood2();
    expect(await keptOutBy(story, "live", red)).toBe("operator");
  });

  test("while somebody's own update-service brings what was good before", async () => {
    const { previous } = await environmentItem(story, "live");
    await updateByHand(story, Object(previous).taskDefinition);
    await story.clock.sleep(15_000);
    expect(await ends(await rollback(story, "live"))).toEqual(["Restored"]);
    expect(await seen(story, "live")).toEqual(atPeace("good-2", "good-1"));
    expect(await keptOutBy(story, "live", "good-1")).toBe("operator");
    expect(await keptOutBy(story, "live", "good-2")).toBe("nobody");
    await lift(story, "live", "good-1");
  });

  test("while somebody's own update-service brings a stranger", async () => {
    const template = story.cloud.containers.state().taskDefinitions;
    const stranger = Object.keys(template).find((arn) => arn.includes("live") && !arn.includes("release"))!;
    await updateByHand(story, stranger);
    await story.clock.sleep(3_000);
    expect(await ends(await rollback(story, "live"))).toEqual(["Restored"]);
    await isBackOnGood2();
  });

  test("two operators with nothing under way: both mean good-2, and both end on good-1", async () => {
    const before = deployments(story).length;
    const first = await rollback(story, "live");
    await story.clock.sleep(4_000);
    const second = await rollback(story, "live");
    expect(await ends(first, second)).toEqual(["Restored", "Restored"]);
    expect(await seen(story, "live")).toMatchObject({ ...atPeace("good-1"), previous: undefined });
    expect(deployments(story).length).toBe(before + 1);
    expect(await keptOutBy(story, "live", "good-2")).toBe("operator");
    expect(await keptOutBy(story, "live", "good-1")).toBe("nobody");
    expect(entered(first, "Restore last good")).toBe(true);
  });
});

describe("an operator's rollback", () => {
  let story: Story;
  beforeEach(async () => {
    story = await beginStory("good-1");
  });
  afterEach(() => story.cloud.close());

  test("to a commit that two releases have goes to the one that is not to be left, and names it", async () => {
    const first = await servedRelease(story);
    const again = await promoted(story, "good-1");
    expect(await ends(again)).toEqual(["Released"]);
    expect(await servedRelease(story)).toBe(releaseOf(again.execution.identity.executionArn));
    expect(await ending(await rollback(story, "live", "good-1"))).toEqual({
      ended: "Restored",
      why: expect.stringContaining(`back on ${commitOf("good-1").slice(0, 7)} (${first})`),
    });
    expect(await servedRelease(story)).toBe(first);
    expect(await seen(story, "live")).toMatchObject({ ...atPeace("good-1"), previous: undefined });
    // It is the image of both.
    expect(await keptOutBy(story, "live", "good-1")).toBe("nobody");
  });

  test("on dev revokes no evidence: live may still have what dev found green", async () => {
    const dev = await greenOnDev(story, "good-2");
    expect(await ends(await rollback(story, "dev"))).toEqual(["Restored"]);
    expect(await seen(story, "dev")).toMatchObject({ ...atPeace("good-1"), previous: undefined });
    expect(await keptOutBy(story, "dev", "good-2")).toBe("operator");
    expect(await ends(await promoted(story, "good-2", dev))).toEqual(["Released"]);
  });

  test("with one good release: it goes there from what is under way, and from there nowhere", async () => {
    const run = await promoted(story, "good-2", await greenOnDev(story, "good-2"));
    await reaches(story, run, "Smoke");
    expect(await ends(run, await rollback(story, "live"))).toEqual(["Stopped", "Restored"]);
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
    expect(await ending(await rollback(story, "live"))).toEqual({
      ended: "InvalidInput",
      why: "no other release was good here: there is nothing to roll back to",
    });
  });
});

const updateByHand = ({ cloud }: Story, taskDefinition: string) =>
  cloud.call({
    service: "ecs",
    action: "UpdateService",
    input: { cluster: "greengate-live", service: "greengate-live", taskDefinition },
    caller: "somebody",
  });
