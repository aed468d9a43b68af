import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";

const stop = (world: EcsWorld, serviceDeploymentArn: string) =>
  world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });

/** Stage → how many of the two rules ECS has to point back. */
const stages: [string, number][] = [
  ["PRE_SCALE_UP", 0],
  ["SCALE_UP", 0],
  ["POST_SCALE_UP", 0],
  ["TEST_TRAFFIC_SHIFT", 1],
  ["POST_TEST_TRAFFIC_SHIFT", 1],
  ["PRE_PRODUCTION_TRAFFIC_SHIFT", 1],
  ["PRODUCTION_TRAFFIC_SHIFT", 2],
  ["POST_PRODUCTION_TRAFFIC_SHIFT", 2],
  ["BAKE_TIME", 2],
];

test.each(stages)("stopped in %s, what was shifted goes back (rules: %d) and green ends", (stage, shifted) => {
  const world = new EcsWorld();
  world.release("app:1");
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, stage);
  expect(stop(world, arn)).toEqual({ serviceDeploymentArn: arn });
  expect(world.deployment(arn).status).toBe("ROLLBACK_REQUESTED");
  stop(world, arn);
  world.story.length = 0;
  world.run();
  const reason = "Service deployment rolled back because of a StopServiceDeployment request.";
  expect(world.deployment(arn)).toMatchObject({ status: "ROLLBACK_SUCCESSFUL", statusReason: reason });
  expect(world.story.filter((line) => line.endsWith("→ green"))).toEqual(
    ["production → green", "test → green"].slice(2 - shifted),
  );
  expect([...world.tasks.values()].map(({ image }) => image)).toEqual(["app:1", "app:1"]);
  expect(world.users()).toEqual(["app:1"]);
});

test("stopped before its first stage, it never has one", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const arn = world.deploy("app:2");
  stop(world, arn);
  world.run();
  expect(world.deployment(arn)).toMatchObject({ status: "ROLLBACK_SUCCESSFUL", lifecycleStage: "CLEAN_UP" });
  expect(world.users()).toEqual(["app:1"]);
});

test("stopped in the bake, users are back on blue within the shift, which is long before green has drained", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "BAKE_TIME");
  expect(world.users()).toEqual(["app:2"]);
  stop(world, arn);
  const asked = world.now;
  world.run(() => world.users().includes("app:1"));
  expect(world.now - asked).toBeLessThan(10_000);
  world.run();
  expect(world.deployment(arn).status).toBe("ROLLBACK_SUCCESSFUL");
  expect(world.users()).toEqual(["app:1"]);
  expect(world.service()).toMatchObject({ taskDefinition: expect.stringMatching(/shop:1$/), runningCount: 2 });
  // The next release takes green's place again.
  world.release("app:3");
  expect(world.users()).toEqual(["app:3"]);
});

test("in CLEAN_UP, and after the end, it is too late", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "CLEAN_UP");
  expect(() => stop(world, arn)).toThrow(/^ConflictException: /);
  world.run();
  expect(world.deployment(arn).status).toBe("SUCCESSFUL");
  expect(() => stop(world, arn)).toThrow(/^ConflictException: /);
});

test("ECS takes no other way to stop, and knows its deployments", () => {
  const world = new EcsWorld();
  const arn = world.deploy("app:1");
  expect(() => world.call("StopServiceDeployment", { serviceDeploymentArn: arn, stopType: "ABORT" })).toThrow(
    "UnsupportedFeatureException: ECS StopServiceDeployment API with ABORT stopType is not supported.",
  );
  expect(() => stop(world, `${arn}x`)).toThrow(
    "ServiceDeploymentNotFoundException: The service deployment does not exist.",
  );
});
