import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { graphs } from "../support/rehearse.ts";
import { atPeace, beginStory, keptOutBy, type Story, seen } from "../support/story.ts";
import { deployments, reaches } from "../support/telling.ts";

const alarm = "orders-5xx";

describe("every end says what happened, and leaves good-1", () => {
  let story: Story;
  beforeAll(async () => {
    story = await beginStory("good-1", { graphs: await withAlarm() });
  }, 60_000);
  beforeEach(() => {
    story.outages.clear();
    story.entering.clear();
    story.cloud.containers.send({ type: "alarm", name: alarm, state: "OK" });
  });
  afterAll(() => story.cloud.close());

  /** Nothing of the release is left, and nobody judged it. */
  async function nothingHappened() {
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "dev", "good-2")).toBe("nobody");
  }

  const stopByHand = () =>
    story.cloud.call({
      service: "ecs",
      action: "StopServiceDeployment",
      input: { serviceDeploymentArn: deployments(story).at(-1)?.serviceDeploymentArn, stopType: "ROLLBACK" },
      caller: "somebody",
    });

  test("somebody stops ECS's deployment before the shift: Stopped", async () => {
    const run = await story.merge("good-2");
    await reaches(story, run, "Wait for ECS");
    await story.clock.sleep(12_000);
    await stopByHand();
    expect(await ending(run)).toEqual({
      ended: "Stopped",
      why: expect.stringMatching(/^somebody stopped ECS's deployment: .*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("somebody stops ECS's deployment in the bake: Stopped", async () => {
    const run = await story.merge("good-2");
    await reaches(story, run, "Smoke");
    await story.clock.sleep(10_000);
    await stopByHand();
    expect(await ending(run)).toEqual({
      ended: "Stopped",
      why: expect.stringMatching(/^somebody stopped ECS's deployment: .*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("an alarm before users met it: DeployFailed, by the alarm's name", async () => {
    const run = await story.merge("good-2");
    await reaches(story, run, "Wait for ECS");
    await story.clock.sleep(12_000);
    story.cloud.containers.send({ type: "alarm", name: alarm, state: "ALARM" });
    expect(await ending(run)).toEqual({
      ended: "DeployFailed",
      why: expect.stringMatching(/^ECS rolled it back on the alarm orders-5xx; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("an alarm in the bake: RolledBack, by the alarm's name", async () => {
    const run = await story.merge("good-2");
    await reaches(story, run, "Smoke");
    await story.clock.sleep(10_000);
    story.cloud.containers.send({ type: "alarm", name: alarm, state: "ALARM" });
    expect(await ending(run)).toEqual({
      ended: "RolledBack",
      why: expect.stringMatching(/^ECS rolled it back on the alarm orders-5xx; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("a container that ends at boot: DeployFailed, with exit code, ECS's reason and the log's last lines", async () => {
    const { ended, why } = await ending(await story.merge("crash"));
    expect(ended).toBe("DeployFailed");
    expect(why).toMatch(
      /^ECS's circuit breaker gave it up: its last task ended with exit code 1 \(Essential container/,
    );
    expect(why).toMatch(/; its log ends: sample backend: build crash crashes at boot; back on .{7}$/);
    await nothingHappened();
    expect(await keptOutBy(story, "dev", "crash")).toBe("nobody");
  });

  test("a container that never gets well: DeployFailed, with the stage", async () => {
    story.world.behaves.set(imageOf("good-2"), "ill");
    const { ended, why } = await ending(await story.merge("good-2"));
    story.world.behaves.clear();
    expect([ended, why]).toEqual(["DeployFailed", expect.stringMatching(/^users did not get it within 15 minutes/)]);
    await nothingHappened();
  });

  test("the hook crashes: Refused", async () => {
    story.outages.set("lambda:dev-admission", "broken");
    expect(await ending(await story.merge("good-2"))).toEqual({
      ended: "Refused",
      why: expect.stringMatching(/^ECS's admission hook gave no verdict.*parse the response.*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("the hook is throttled: Refused", async () => {
    story.outages.set("lambda:dev-admission", "throttled");
    expect(await ending(await story.merge("good-2"))).toEqual({
      ended: "Refused",
      why: expect.stringMatching(/^ECS's admission hook gave no verdict.*Rate Exceeded.*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("the hook hangs until Lambda ends it: Refused", async () => {
    story.outages.set("lambda:dev-admission", "hangs");
    expect(await ending(await story.merge("good-2"))).toEqual({
      ended: "Refused",
      why: expect.stringMatching(/^ECS's admission hook gave no verdict.*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("the hook never answers: Refused at the deadline, before users", async () => {
    story.outages.set("lambda:dev-admission", "silent");
    expect(await ending(await story.merge("good-2"))).toEqual({
      ended: "Refused",
      why: expect.stringMatching(/^ECS's admission hook gave no verdict within 15 minutes .*; back on .{7}$/),
    });
    await nothingHappened();
  });

  test("a release that is red before users: Refused, with the check, and kept out", async () => {
    expect(await ending(await story.merge("dark-red"))).toEqual({
      ended: "Refused",
      why: expect.stringMatching(/products.list fail.*; back on .{7}$/),
    });
    expect(await seen(story, "dev")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "dev", "dark-red")).toBe("smoke");
  });

  test("an environment that is bad: Held, and what was good serves", async () => {
    story.world.lockedOut = true;
    const { ended, why } = await ending(await story.merge("good-2"));
    story.world.lockedOut = false;
    expect([ended, why]).toEqual(["Held", expect.stringMatching(/^both fail; new: /)]);
    await nothingHappened();
  });

  test("and then the same build is Released", async () => {
    expect((await ending(await story.merge("good-2"))).ended).toBe("Released");
    expect((await seen(story, "dev")).serves).toBe(commitOf("good-2"));
  });
});

/** The stories' graphs, where ECS watches an alarm of dev's service. */
async function withAlarm() {
  return (await graphs()).map((graph) => ({
    ...graph,
    resources: graph.resources.map((each) =>
      graph.stack === "dev" && each.type === "aws:ecs/service:Service"
        ? { ...each, inputs: { ...each.inputs, alarms: { enable: true, rollback: true, alarmNames: [alarm] } } }
        : each,
    ),
  }));
}
