import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";
import { blue, green, productionRule } from "../../support/ecsGraph.ts";

test("a release passes every stage in order, and users meet it from the production shift on", () => {
  const world = new EcsWorld();
  world.release("app:1");
  world.story.length = 0;
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "POST_TEST_TRAFFIC_SHIFT");
  expect(world.users()).toEqual(["app:1"]);
  world.run(() => world.deployment(arn).finishedAt !== undefined);
  expect(world.users()).toEqual(["app:2"]);
  expect(world.story).toEqual([
    "PENDING",
    "IN_PROGRESS PRE_SCALE_UP",
    "IN_PROGRESS SCALE_UP",
    "IN_PROGRESS POST_SCALE_UP",
    "IN_PROGRESS TEST_TRAFFIC_SHIFT",
    "test → blue",
    "IN_PROGRESS POST_TEST_TRAFFIC_SHIFT",
    "IN_PROGRESS PRE_PRODUCTION_TRAFFIC_SHIFT",
    "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT",
    "production → blue",
    "IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT",
    "IN_PROGRESS BAKE_TIME",
    "IN_PROGRESS CLEAN_UP",
    "SUCCESSFUL CLEAN_UP",
  ]);
});

test("the bake lasts as long as the service says, and blue runs until its end", () => {
  const world = new EcsWorld({ bakeTimeInMinutes: "10" });
  world.release("app:1");
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "BAKE_TIME");
  const since = world.now;
  expect([...world.tasks.values()].filter(({ image }) => image === "app:1")).toHaveLength(2);
  world.runUntilStage(arn, "CLEAN_UP");
  expect(world.now - since).toBe(10 * 60_000);
  expect(world.deployment(arn).sourceServiceRevisions?.[0]).toMatchObject({
    requestedTaskCount: 0,
    requestedProductionTrafficWeight: 0,
  });
});

test("the first revision goes to the alternate group; from then on the colours alternate", () => {
  const world = new EcsWorld();
  const first = world.release("app:1");
  expect(world.production).toEqual({ [blue]: 0, [green]: 100 });
  expect(world.deployment(first)).toMatchObject({ status: "SUCCESSFUL", sourceServiceRevisions: [] });
  world.release("app:2");
  expect(world.production).toEqual({ [blue]: 100, [green]: 0 });
  world.release("app:3");
  expect(world.production).toEqual({ [blue]: 0, [green]: 100 });
  // The first one shares its group with the third, and none of its traffic.
  expect(world.deployment(first).targetServiceRevision?.requestedProductionTrafficWeight).toBe(0);
  expect([...world.tasks.values()]).toEqual([
    { image: "app:3", group: green, healthy: true },
    { image: "app:3", group: green, healthy: true },
  ]);
});

test("slow weights: the deployment says moved while users still meet the old colour", () => {
  const world = new EcsWorld({ settings: { weightsPropagation: 60_000 } });
  world.release("app:1");
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "BAKE_TIME");
  expect(world.deployment(arn).targetServiceRevision?.requestedProductionTrafficWeight).toBe(100);
  expect(world.users()).toEqual(["app:1"]);
});

test("tasks that never get healthy trip the circuit breaker at three, and users notice nothing", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const arn = world.release("crash:2");
  expect(world.deployment(arn)).toMatchObject({
    status: "ROLLBACK_SUCCESSFUL",
    statusReason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
    deploymentCircuitBreaker: { status: "TRIGGERED", failureCount: 3, threshold: 3 },
  });
  expect(world.users()).toEqual(["app:1"]);
  expect(world.service().taskDefinition).toMatch(/task-definition\/shop:1$/);
});

test("a crashed task of the running revision is replaced without a deployment", () => {
  const world = new EcsWorld();
  world.release("app:1");
  world.run();
  world.crash("app:1");
  expect(world.service()).toMatchObject({ runningCount: 1, pendingCount: 1 });
  world.run();
  expect(world.service()).toMatchObject({ runningCount: 2, pendingCount: 0 });
  expect(world.service().events?.[0]?.message).toBe("(service shop) has reached a steady state.");
  expect(world.service().currentServiceDeployment).toBeUndefined();
});

test("a newer deployment supersedes the open one; its tasks are gone before the newer ones start", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const second = world.deploy("app:2");
  world.runUntilStage(second, "BAKE_TIME");
  const third = world.deploy("app:3");
  expect(world.deployment(second).status).toBe("STOPPED");
  world.runUntilStage(third, "RECONCILE_SERVICE");
  world.runUntilStage(third, "PRE_SCALE_UP");
  expect([...world.tasks.values()].map(({ image }) => image)).toEqual(["app:2", "app:2"]);
  world.run(() => world.deployment(third).finishedAt !== undefined);
  expect(world.users()).toEqual(["app:3"]);
});

test("somebody who puts the rules back mixes the colours: ECS neither notices nor mends it before its next shift", () => {
  const world = new EcsWorld();
  const first = world.release("app:1");
  // As `pulumi up` without ignoreChanges does: the weights that the program names, of the time before any release.
  world.setWeights(productionRule, { [blue]: 100, [green]: 0 });
  world.story.length = 0;
  expect(world.users()).toEqual([]);
  world.run();
  expect([world.story, world.users()]).toEqual([[], []]);
  expect(world.deployment(first).targetServiceRevision?.requestedProductionTrafficWeight).toBe(100);

  // ECS takes the colour to be free that users are sent to: they meet the next release before its hook has judged it.
  const second = world.deploy("app:2");
  world.runUntilStage(second, "POST_SCALE_UP");
  expect([world.users(), world.hookCalls.length]).toEqual([["app:2"], 1]);
  world.run(() => world.deployment(second).finishedAt !== undefined);
  expect(world.production).toEqual({ [blue]: 100, [green]: 0 });

  // The next shift overwrites whatever is there.
  world.setWeights(productionRule, { [blue]: 50, [green]: 50 });
  world.release("app:3");
  expect([world.production, world.users()]).toEqual([{ [blue]: 0, [green]: 100 }, ["app:3"]]);
});
