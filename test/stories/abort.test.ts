import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { atPeace, beginStory, ends, keptOutBy, type Story, seen } from "../support/story.ts";
import { entered, reaches } from "../support/telling.ts";

/** Somebody stops the execution in the console: ECS knows nothing of it and finishes by itself. */
describe("after an execution that was stopped under users' traffic", () => {
  let story: Story;
  beforeEach(async () => {
    story = await beginStory("good-1");
    const stopped = await story.merge("good-2");
    await reaches(story, stopped, "Smoke");
    await story.cloud.stepFunctions.stopExecution(stopped.execution.identity.executionArn);
    await story.clock.sleep(5 * 60_000);
    expect(await seen(story, "dev")).toMatchObject({ serves: commitOf("good-2"), good: commitOf("good-1") });
  });
  afterEach(() => story.cloud.close());

  test("the next release that is red before users is Refused and kept out, not Held", async () => {
    const { ended, why } = await ending(await story.merge("dark-red"));
    expect([ended, why]).toEqual(["Refused", expect.stringMatching(/products.list fail.*; back on .{7}$/)]);
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "dev", "dark-red")).toBe("smoke");
    expect(await keptOutBy(story, "dev", "good-2")).toBe("nobody");
  });

  test("one that is red under users' traffic is taken back to what is good, and kept out", async () => {
    const run = await story.merge("red");
    expect(await ends(run)).toEqual(["RolledBack"]);
    expect(entered(run, "Smoke")).toBe(true);
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "dev", "red")).toBe("smoke");
  });

  test("in an environment that is bad the next one is Held, and nothing is kept out", async () => {
    story.world.lockedOut = true;
    expect(await ends(await story.merge("slow-boot"))).toEqual(["Held"]);
    story.world.lockedOut = false;
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "dev", "slow-boot")).toBe("nobody");
  });

  test("a good one is Released, and goes back to what was good", async () => {
    expect(await ends(await story.merge("slow-boot"))).toEqual(["Released"]);
    expect(await seen(story, "dev")).toEqual(atPeace("slow-boot", "good-1"));
  });
});

test("an execution that is stopped before the shift: ECS's hook refuses what it announced", async () => {
  const story = await beginStory("good-1");
  const stopped = await story.merge("good-2");
  await reaches(story, stopped, "Wait for ECS");
  await story.cloud.stepFunctions.stopExecution(stopped.execution.identity.executionArn);
  await story.clock.sleep(10 * 60_000);
  expect(await seen(story, "dev")).toMatchObject({ serves: commitOf("good-1"), good: commitOf("good-1") });
  expect(await ends(await story.merge("dark-red"))).toEqual(["Refused"]);
  expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
  expect(await keptOutBy(story, "dev", "dark-red")).toBe("smoke");
  await story.cloud.close();
});
