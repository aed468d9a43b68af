import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
  openStory,
  type Place,
  promoted,
  type Story,
  seen,
  type Trouble,
} from "../support/story.ts";
import { deployments, reaches, rollback, shoppers } from "../support/telling.ts";

const red = "orders-fail-under-traffic";
const minutes = 60_000;

describe("what fails on the way back to good-1", () => {
  let story: Story;
  let redOnDev: Run;
  beforeAll(async () => {
    story = await beginStory("good-1");
    redOnDev = await greenOnDev(story, red);
  }, 60_000);
  beforeEach(async () => {
    story.outages.clear();
    story.world.faults.clear();
    await lift(story, "live", red);
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
  });
  afterAll(() => story.cloud.close());

  /** A release that users' traffic has shown to be red, at the state. */
  async function redAt(state: string): Promise<Run> {
    const stop = shoppers(story);
    const run = await promoted(story, red, redOnDev);
    await reaches(story, run, "Restore last good");
    stop();
    await reaches(story, run, state);
    return run;
  }

  const outages: [Place, Trouble, number, string][] = [
    ["ecs", "throttled", 45_000, "Restore last good"],
    ["ecs", "broken", 5 * minutes, "Restore last good"],
    ["ecs", "throttled", 20 * minutes, "Wait for restore"],
    ["dynamodb", "throttled", 45_000, "Wait for restore"],
    ["dynamodb", "throttled", 5 * minutes, "Restore last good"],
    ["dynamodb", "broken", 20 * minutes, "Restore last good"],
    ["lambda:live-deploy", "throttled", 45_000, "Restore last good"],
    ["lambda:live-deploy", "broken", 5 * minutes, "Wait for restore"],
    ["lambda:live-deploy", "throttled", 20 * minutes, "Restore last good"],
  ];
  test.each(outages)(
    "%s is %s for %d ms from %s on: it goes back once that answers",
    async (place, trouble, time, state) => {
      const run = await redAt(state);
      const began = story.clock.now();
      fail(story, place, trouble, time);
      expect(await ending(run)).toEqual({
        ended: "RolledBack",
        why: expect.stringMatching(/^orders.list fail.*; back on .{7}$/),
      });
      expect(story.clock.now() - began).toBeLessThan(time + 5 * minutes);
      expect(await seen(story, "live")).toEqual(atPeace("good-1"));
      expect(await keptOutBy(story, "live", red)).toBe("smoke");
      expect(await keptOutBy(story, "live", "good-1")).toBe("nobody");
    },
  );

  test("the smoke after a way back that worked can't be done: it is back, not frozen, and nothing is judged by it", async () => {
    const run = await redAt("Restore last good");
    fail(story, "lambda:live-smoke", "broken", 30 * minutes);
    expect(await ending(run)).toEqual({
      ended: "RolledBack",
      why: expect.stringMatching(/; back on .{7}, whose smoke could not be done: /),
    });
    story.outages.clear();
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
  });

  test("a freeze that can't be written says so", async () => {
    story.world.faults.set("live Restore last good", "fails");
    const run = await redAt("Restore last good");
    story.entering.set("Close", () => fail(story, "dynamodb:UpdateItem", "broken", 1_000));
    expect(await ending(run)).toEqual({
      ended: "RollbackFailed",
      why: expect.stringMatching(
        /; and the environment could NOT be frozen \(InternalFailure\): start no release here$/,
      ),
    });
    story.world.faults.clear();
    expect(await ends(await rollback(story, "live"))).toEqual(["Restored"]);
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
  });
});

describe("what fails on a good release's way", () => {
  let story: Story;
  beforeAll(async () => {
    story = await beginStory("good-1");
  }, 60_000);
  beforeEach(() => story.outages.clear());
  afterAll(() => story.cloud.close());

  test("ECS before anything was deployed: Unavailable, and nothing is frozen", async () => {
    const before = deployments(story).length;
    fail(story, "ecs", "broken", 90 * minutes);
    const run = await story.merge("good-2");
    expect((await ending(run)).ended).toBe("Unavailable");
    story.outages.clear();
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(deployments(story)).toHaveLength(before);
    expect(await keptOutBy(story, "dev", "good-2")).toBe("nobody");
  });

  test("UpdateService alone: Unavailable, nothing was judged", async () => {
    fail(story, "ecs:UpdateService", "throttled", 90 * minutes);
    const run = await story.merge("good-2");
    expect((await ending(run)).ended).toBe("Unavailable");
    story.outages.clear();
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
  });

  test("ECS for five minutes as the release is to be deployed: it waits, and is Released", async () => {
    fail(story, "ecs", "throttled", 5 * minutes);
    const run = await story.merge("good-2");
    expect((await ending(run)).ended).toBe("Released");
    expect(await seen(story, "dev")).toEqual(atPeace("good-2", "good-1"));
  });

  test("looking, for 90 seconds of a green bake: still Released", async () => {
    const run = await story.merge("slow-boot");
    await reaches(story, run, "Smoke");
    fail(story, "lambda:dev-deploy", "throttled", 90_000);
    expect((await ending(run)).ended).toBe("Released");
    expect(await seen(story, "dev")).toEqual(atPeace("slow-boot", "good-2"));
  });

  test("the ledger for five minutes as it is to be recorded: it waits, and is Released", async () => {
    story.entering.set("Mark good", () => fail(story, "dynamodb", "throttled", 5 * minutes));
    const run = await story.merge(red);
    expect((await ending(run)).ended).toBe("Released");
    expect(await seen(story, "dev")).toEqual(atPeace(red, "slow-boot"));
  });

  test("ECS before the very first release: Unavailable, nothing is frozen, and the next merge goes ahead", async () => {
    const first = await openStory();
    fail(first, "ecs", "throttled", 90 * minutes);
    const run = await first.merge("good-1");
    expect((await ending(run)).ended).toBe("Unavailable");
    first.outages.clear();
    expect(await seen(first, "dev")).toMatchObject({ serves: null, good: undefined, leftovers: [] });
    expect(await ends(await first.merge("good-1"))).toEqual(["Released"]);
    expect((await seen(first, "dev")).serves).toBe(commitOf("good-1"));
    await first.cloud.close();
  });
});
