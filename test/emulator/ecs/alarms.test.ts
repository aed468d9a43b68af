import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";

const alarms = { alarmNames: ["blue-5xx", "green-5xx"], enable: true, rollback: true };

/** A service with two alarms on which app:1 is released. */
function watched(): EcsWorld {
  const world = new EcsWorld({ service: { alarms } });
  world.release("app:1");
  return world;
}

test.each([
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
])("an alarm that goes off in %s takes the deployment back", (stage) => {
  const world = watched();
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, stage);
  expect(world.deployment(arn).alarms).toEqual({
    status: "MONITORING",
    alarmNames: ["blue-5xx", "green-5xx"],
    triggeredAlarmNames: [],
  });
  world.send({ type: "alarm", name: "green-5xx", state: "ALARM" });
  world.run();
  const reason = "Service deployment rolled back because of one or more active alarms.";
  expect(world.deployment(arn)).toMatchObject({
    status: "ROLLBACK_SUCCESSFUL",
    statusReason: reason,
    rollback: { reason },
    alarms: { status: "TRIGGERED", triggeredAlarmNames: ["green-5xx"] },
    deploymentCircuitBreaker: { status: "MONITORING_COMPLETE" },
  });
  expect(world.users()).toEqual(["app:1"]);
});

test("an alarm while the deployment is pending takes it back before any of its tasks starts", () => {
  const world = watched();
  const arn = world.deploy("app:2");
  world.send({ type: "alarm", name: "blue-5xx", state: "ALARM" });
  world.run();
  expect(world.story.slice(-2)).toEqual(["PENDING", "ROLLBACK_SUCCESSFUL CLEAN_UP"]);
  expect(world.deployment(arn).status).toBe("ROLLBACK_SUCCESSFUL");
});

test("an alarm that is on already blinds ECS to all of them, for this deployment alone", () => {
  const world = watched();
  world.send({ type: "alarm", name: "blue-5xx", state: "ALARM" });
  const blind = world.deploy("app:2");
  world.runUntilStage(blind, "BAKE_TIME");
  world.send({ type: "alarm", name: "green-5xx", state: "ALARM" });
  world.run();
  expect(world.deployment(blind)).toMatchObject({ status: "SUCCESSFUL", alarms: { status: "DISABLED" } });
  for (const name of alarms.alarmNames) world.send({ type: "alarm", name, state: "OK" });
  const seeing = world.deploy("app:3");
  world.runUntilStage(seeing, "BAKE_TIME");
  world.send({ type: "alarm", name: "green-5xx", state: "ALARM" });
  world.run();
  expect(world.deployment(seeing).status).toBe("ROLLBACK_SUCCESSFUL");
});

test("an alarm of somebody else's, or one that comes with the clean-up, changes nothing", () => {
  const world = watched();
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "BAKE_TIME");
  world.send({ type: "alarm", name: "queue-length", state: "ALARM" });
  world.runUntilStage(arn, "CLEAN_UP");
  world.send({ type: "alarm", name: "green-5xx", state: "ALARM" });
  world.run();
  expect(world.deployment(arn)).toMatchObject({
    status: "SUCCESSFUL",
    alarms: { status: "MONITORING_COMPLETE", triggeredAlarmNames: [] },
  });
});

test("a service that doesn't watch its alarms shows them as disabled", () => {
  const world = new EcsWorld({ service: { alarms: { ...alarms, enable: false, rollback: false } } });
  const arn = world.deploy("app:1");
  world.send({ type: "alarm", name: "blue-5xx", state: "ALARM" });
  world.run();
  expect(world.deployment(arn)).toMatchObject({ status: "SUCCESSFUL", alarms: { status: "DISABLED" } });
});

test.each(["alarms", "deploymentCircuitBreaker"])(
  "%s that fail a deployment without taking it back are refused",
  (field) => {
    const monitor = { enable: true, rollback: false };
    const service = { [field]: field === "alarms" ? { ...alarms, ...monitor } : monitor };
    expect(() => new EcsWorld({ service })).toThrow("enable and rollback must be both on or both off");
  },
);
