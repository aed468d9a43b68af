import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";

const stop = (world: EcsWorld, serviceDeploymentArn: string) =>
  world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });

test.each(["PRE_SCALE_UP", "SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"])(
  "stopped in %s, green ends and production never moves",
  (stage) => {
    const world = new EcsWorld();
    world.release("app:1");
    const arn = world.deploy("app:2");
    world.runUntilStage(arn, stage);
    world.story.length = 0;
    expect(stop(world, arn)).toEqual({ serviceDeploymentArn: arn });
    expect(world.deployment(arn).status).toBe("ROLLBACK_REQUESTED");
    stop(world, arn);
    world.run();
    expect(world.deployment(arn).status).toBe("ROLLBACK_SUCCESSFUL");
    expect(world.story.filter((line) => line.startsWith("production"))).toEqual([]);
    expect([...world.tasks.values()].map(({ image }) => image)).toEqual(["app:1", "app:1"]);
  },
);

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
