import { expect, test } from "vitest";
import type { HookPayload } from "../../../emulator/ecs/events.ts";
import { EcsWorld } from "../../support/ecs.ts";
import { hookFunction } from "../../support/ecsGraph.ts";

test("the hook's event names revisions only, with both weight maps empty", () => {
  const world = new EcsWorld();
  const arn = world.release("app:1");
  const { targetServiceRevision, serviceArn } = world.deployment(arn);
  expect(world.hookCalls).toEqual([
    {
      executionId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      lifecycleStage: "POST_TEST_TRAFFIC_SHIFT",
      resourceArn: arn,
      executionDetails: {
        serviceArn,
        targetServiceRevisionArn: targetServiceRevision?.arn,
        testTrafficWeights: {},
        productionTrafficWeights: {},
      },
      hookDetails: { environment: "dev" },
    },
  ]);
});

const mayNot =
  "User: arn:aws:sts::123456789012:assumed-role/hook/hook is not authorized to perform: lambda:InvokeFunction";

const refusals: [string, { answer?: unknown; denied?: string }, string][] = [
  [
    "says FAILED",
    { answer: { hookStatus: "FAILED" } },
    `Lifecycle hook target ${hookFunction} returned FAILED status.`,
  ],
  ["throws", {}, `ECS was unable to parse the response from ${hookFunction} due to: HookStatus must not be null.`],
  [
    "answers nonsense",
    { answer: { ok: true } },
    `ECS was unable to parse the response from ${hookFunction} due to: HookStatus must not be null.`,
  ],
  ["ECS may not invoke", { denied: mayNot }, `ECS was unable to invoke hook target ${hookFunction} due to ${mayNot}`],
];

test.each(refusals)("a hook that %s rolls the deployment back before users meet it", (_, { answer, denied }, why) => {
  const world = new EcsWorld({
    hook: (call) => (isFirst(world, call) ? { hookStatus: "SUCCEEDED" } : answer),
    denied: (call) => (isFirst(world, call) ? undefined : denied),
  });
  world.release("app:1");
  world.story.length = 0;
  const arn = world.release("app:2");
  const reason = `Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed. ${why}`;
  const { sourceServiceRevisions, ...deployment } = world.deployment(arn);
  expect(deployment).toMatchObject({
    status: "ROLLBACK_SUCCESSFUL",
    statusReason: reason,
    rollback: { reason, serviceRevisionArn: sourceServiceRevisions?.[0]?.arn },
  });
  expect(world.story).not.toContain("production → blue");
  expect(world.story.slice(-3)).toEqual([
    "test → green",
    "ROLLBACK_IN_PROGRESS CLEAN_UP",
    "ROLLBACK_SUCCESSFUL CLEAN_UP",
  ]);
  expect([...world.tasks.values()].map(({ image }) => image)).toEqual(["app:1", "app:1"]);
});

test("a hook may ask to be called again, later and with what it learnt", () => {
  const answers = [
    { hookStatus: "IN_PROGRESS", callBackDelay: 5, hookDetails: { seen: 1 } },
    { hookStatus: "IN_PROGRESS" },
    { hookStatus: "SUCCEEDED" },
  ];
  const times: number[] = [];
  const world = new EcsWorld({
    hook: () => {
      times.push(world.now);
      return answers[times.length - 1];
    },
  });
  expect(world.deployment(world.release("app:1")).status).toBe("SUCCESSFUL");
  // A second passes from each call to its answer.
  expect(times.map((at) => at - times[0]!)).toEqual([0, 6_000, 37_000]);
  expect(world.hookCalls.map(({ hookDetails }) => hookDetails)).toEqual([
    { environment: "dev" },
    { seen: 1 },
    { seen: 1 },
  ]);
});

test.each([
  ["asks for more time for ever", { hook: () => ({ hookStatus: "IN_PROGRESS" }) }],
  ["answers too late", { hookSeconds: 6 * 60 }],
])("a hook that %s runs out of time", (_, hook) => {
  const world = new EcsWorld({ hookTimeoutInMinutes: "5", ...hook });
  const arn = world.deploy("app:1");
  world.run(() => world.hookCalls.length > 0);
  const asked = world.now;
  world.run(() => world.deployment(arn).finishedAt !== undefined);
  expect(world.now - asked).toBe(5 * 60_000);
  expect(world.service().events?.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("POST_TEST_TRAFFIC_SHIFT lifecycle hook timed out"),
  );
  const calls = world.hookCalls.length;
  world.run();
  expect(world.hookCalls).toHaveLength(calls);
  expect(world.deployment(arn)).toMatchObject({
    status: "ROLLBACK_FAILED",
    lifecycleHookDetails: [{ targetType: "AWS_LAMBDA", targetArn: hookFunction, status: "TIMED_OUT" }],
  });
});

test("the hook that turned a deployment back stays visible beyond its end; other ends show none", () => {
  let verdict = "SUCCEEDED";
  const world = new EcsWorld({
    hookStages: ["TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT"],
    // What hooks say on the way back turns nothing round.
    hook: (call) => ({ hookStatus: goesBack(call) ? "FAILED" : verdict }),
  });
  const shown = (arn: string) => world.deployment(arn).lifecycleHookDetails?.map(({ status }) => status);
  expect(shown(world.release("app:1"))).toEqual([]);
  const stopped = world.deploy("app:2");
  world.runUntilStage(stopped, "BAKE_TIME");
  world.call("StopServiceDeployment", { serviceDeploymentArn: stopped });
  world.run();
  expect(shown(stopped)).toEqual([]);
  verdict = "FAILED";
  const refused = world.deploy("app:3");
  world.run(() => world.deployment(refused).status === "ROLLBACK_IN_PROGRESS");
  expect(shown(refused)?.[0]).toBe("FAILED");
  world.run();
  expect(world.deployment(refused)).toMatchObject({
    status: "ROLLBACK_SUCCESSFUL",
    lifecycleHookDetails: [{ status: "FAILED" }],
    alarms: { status: "DISABLED" },
    deploymentCircuitBreaker: { status: "MONITORING_COMPLETE" },
  });
});

test("the very first deployment has nothing to go back to", () => {
  const world = new EcsWorld({ hook: () => ({ hookStatus: "FAILED" }) });
  const arn = world.release("app:1");
  expect(world.deployment(arn)).toMatchObject({
    status: "ROLLBACK_FAILED",
    statusReason: "No rollback candidate was found to run the rollback.",
    sourceServiceRevisions: [],
  });
  expect(world.service().events?.map(({ message }) => message)).toContainEqual(
    expect.stringContaining(
      `deployment failed: Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT lifecycle hook(s) failed.`,
    ),
  );
  world.run();
  expect(world.service()).toMatchObject({ runningCount: 0, currentServiceRevisions: [] });
});

test("hooks on the shift stages are called again on the way back, with green at 0", () => {
  const world = new EcsWorld({
    hookStages: ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"],
    // Even a refusal doesn't stop the way back.
    hook: (call) => ({ hookStatus: goesBack(call) ? "FAILED" : "SUCCEEDED" }),
  });
  world.release("app:1");
  world.hookCalls.length = 0;
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "BAKE_TIME");
  world.call("StopServiceDeployment", { serviceDeploymentArn: arn, stopType: "ROLLBACK" });
  world.run(() => world.deployment(arn).status === "ROLLBACK_SUCCESSFUL");
  expect(world.hookCalls.map((call) => `${call.lifecycleStage}${goesBack(call) ? " back" : ""}`)).toEqual([
    "TEST_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT back",
    "TEST_TRAFFIC_SHIFT back",
  ]);
});

function goesBack({ executionDetails }: HookPayload): boolean {
  const { targetServiceRevisionArn, testTrafficWeights, productionTrafficWeights } = executionDetails;
  return { ...testTrafficWeights, ...productionTrafficWeights }[targetServiceRevisionArn] === 0;
}

const isFirst = (world: EcsWorld, call: HookPayload) =>
  world.deployment(call.resourceArn).sourceServiceRevisions?.length === 0;
