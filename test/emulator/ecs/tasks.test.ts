import type { DescribeTasksResponse, ListTasksResponse, Task } from "@aws-sdk/client-ecs";
import { describe, expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";
import { green } from "../../support/ecsGraph.ts";

const list = (world: EcsWorld, desiredStatus?: string) =>
  world.call<ListTasksResponse>("ListTasks", {
    cluster: "dev",
    serviceName: "shop",
    ...(desiredStatus ? { desiredStatus } : {}),
  }).taskArns!;

const describeTasks = (world: EcsWorld, tasks: string[]) =>
  world.call<DescribeTasksResponse>("DescribeTasks", { cluster: "dev", tasks });

const tasks = (world: EcsWorld, desiredStatus: "RUNNING" | "STOPPED"): Task[] =>
  describeTasks(world, list(world, desiredStatus)).tasks!;

function released(): EcsWorld {
  const world = new EcsWorld();
  world.release("app:1");
  world.run();
  return world;
}

/** [wanted, running, pending] of each revision. */
const counts = (world: EcsWorld) =>
  world
    .service()
    .currentServiceRevisions?.map(({ requestedTaskCount, runningTaskCount, pendingTaskCount }) => [
      requestedTaskCount,
      runningTaskCount,
      pendingTaskCount,
    ]);

describe("a task that dies after it was healthy is replaced once another is provisioned", () => {
  test("in quiet", () => {
    const world = released();
    world.crash("app:1");
    const died = world.now;
    expect(counts(world)).toEqual([[2, 1, 1]]);
    world.run(() => counts(world)?.[0]?.[1] === 2);
    // Its provisioning, and three seconds for the container to run.
    expect(world.now - died).toBe(28_000);
  });

  test("in the bake, on both sides, and the deployment goes on", () => {
    const world = released();
    const arn = world.deploy("app:2");
    world.runUntilStage(arn, "BAKE_TIME");
    world.crash("app:2");
    world.crash("app:1");
    expect(counts(world)).toEqual([
      [2, 1, 1],
      [2, 1, 1],
    ]);
    expect(world.deployment(arn)).toMatchObject({
      targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 1, pendingTaskCount: 1 },
      deploymentCircuitBreaker: { status: "MONITORING", failureCount: 0 },
    });
    world.run(() => counts(world)?.every(([wanted, running]) => wanted === running) ?? false);
    world.run();
    expect([world.deployment(arn).status, world.users(), counts(world)]).toEqual([
      "SUCCESSFUL",
      ["app:2"],
      [[2, 2, 0]],
    ]);
  });

  test("after a rollback", () => {
    const world = released();
    const arn = world.deploy("app:2");
    world.runUntilStage(arn, "BAKE_TIME");
    world.call("StopServiceDeployment", { serviceDeploymentArn: arn });
    world.run();
    world.crash("app:1");
    expect(counts(world)).toEqual([[2, 1, 1]]);
    world.run();
    expect([counts(world), world.users()]).toEqual([[[2, 2, 0]], ["app:1"]]);
  });
});

test("a task is listed and described from its provisioning on", () => {
  const world = new EcsWorld();
  const arn = world.deploy("app:1");
  world.runUntilStage(arn, "SCALE_UP");
  const [first] = tasks(world, "RUNNING");
  const revision = world.deployment(arn).targetServiceRevision?.arn?.split("/").at(-1);
  const container = { taskArn: first?.taskArn, name: "app", image: "app:1", healthStatus: "UNKNOWN" };
  expect(first).toEqual({
    taskArn: expect.stringMatching(/^arn:aws:ecs:eu-central-1:123456789012:task\/dev\/[0-9a-f]{32}$/),
    clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/dev",
    taskDefinitionArn: expect.stringMatching(/shop:1$/),
    group: "service:shop",
    startedBy: `ecs-svc/${revision}`,
    launchType: "FARGATE",
    lastStatus: "PROVISIONING",
    desiredStatus: "RUNNING",
    healthStatus: "UNKNOWN",
    createdAt: world.now / 1000,
    containers: [{ ...container, lastStatus: "PENDING" }],
  });
  world.run(() => tasks(world, "RUNNING")[0]?.lastStatus === "PENDING");
  world.run(() => tasks(world, "RUNNING")[0]?.lastStatus === "RUNNING");
  expect(tasks(world, "RUNNING")[0]).toMatchObject({
    startedAt: world.now / 1000,
    containers: [{ ...container, lastStatus: "RUNNING" }],
  });
  expect(list(world)).toEqual(list(world, "RUNNING"));
  expect(list(world, "STOPPED")).toEqual([]);
});

test("one that dies by itself shows its exit code and reason", () => {
  const world = released();
  world.crash("app:1");
  expect(tasks(world, "STOPPED")).toEqual([
    expect.objectContaining({
      lastStatus: "STOPPED",
      desiredStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "OutOfMemoryError",
      startedAt: expect.any(Number),
      stoppingAt: world.now / 1000,
      stoppedAt: world.now / 1000,
      containers: [expect.objectContaining({ lastStatus: "STOPPED", exitCode: 137, reason: "OutOfMemoryError" })],
    }),
  ]);
});

test("one whose image can't be had has never started, and has no exit code", () => {
  const world = new EcsWorld();
  world.deploy("app:1");
  world.run(() => world.tasks.size > 0);
  const [task = ""] = world.tasks.keys();
  world.send({ type: "taskStopped", task, exitCode: null, reason: "CannotPullContainerError: not found" });
  const [stopped] = tasks(world, "STOPPED");
  expect(stopped).toMatchObject({
    stopCode: "TaskFailedToStart",
    stoppedReason: "CannotPullContainerError: not found",
    containers: [{ reason: "CannotPullContainerError: not found" }],
  });
  expect(stopped).not.toHaveProperty("startedAt");
  expect(stopped?.containers?.[0]).not.toHaveProperty("exitCode");
});

test("one that ECS stops is to be stopped at once, and is when it has drained", () => {
  const world = released();
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "CLEAN_UP");
  const revision = world.deployment(arn).sourceServiceRevisions?.[0]?.arn?.split("/").at(-1);
  const scaledIn = {
    desiredStatus: "STOPPED",
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: `Scaling activity initiated by (deployment ecs-svc/${revision})`,
    stoppingAt: world.now / 1000,
  };
  expect(tasks(world, "STOPPED")).toMatchObject([1, 2].map(() => ({ ...scaledIn, lastStatus: "DEACTIVATING" })));
  world.run(() => tasks(world, "STOPPED").every(({ lastStatus }) => lastStatus === "STOPPED"));
  const stoppedAt = world.now / 1000;
  const end = { ...scaledIn, stoppedAt, containers: [{ exitCode: 0 }] };
  expect(tasks(world, "STOPPED")).toMatchObject([end, end]);
});

test("one that its target group gives up says so; one that is stopped before it started has no exit code", () => {
  const world = released();
  const [task = ""] = world.tasks.keys();
  world.send({ type: "taskHealth", task, healthy: false });
  expect(tasks(world, "STOPPED")).toMatchObject([
    {
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: `Task failed ELB health checks in (target-group ${green})`,
    },
  ]);
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "SCALE_UP");
  world.call("StopServiceDeployment", { serviceDeploymentArn: arn });
  world.run();
  const unstarted = tasks(world, "STOPPED").filter(({ startedAt }) => startedAt === undefined);
  expect(unstarted).toMatchObject(
    [1, 2].map(() => ({ lastStatus: "STOPPED", taskDefinitionArn: expect.stringMatching(/shop:2$/) })),
  );
});

test("stopped tasks stay visible for an hour, and at most 200 of them", () => {
  const world = released();
  world.crash("app:1");
  const [first = ""] = list(world, "STOPPED");
  const stopped = world.now;
  world.now = stopped + 3_599_000;
  expect(list(world, "STOPPED")).toEqual([first]);
  world.now = stopped + 3_600_000;
  expect(list(world, "STOPPED")).toEqual([]);
  expect(describeTasks(world, [first])).toEqual({ tasks: [], failures: [{ arn: first, reason: "MISSING" }] });

  for (let crashes = 0; crashes < 210; crashes += 1) {
    const [task = ""] = Object.keys(world.state.tasks);
    world.send({ type: "taskStopped", task, exitCode: 1, reason: "Essential container in task exited" });
  }
  expect(world.state.stoppedTasks).toHaveLength(200);
  expect(list(world, "STOPPED")).toHaveLength(100);
});

test("tasks are listed by page, of one service, and found by their id too", () => {
  const world = released();
  const page = (input: object) =>
    world.call<ListTasksResponse>("ListTasks", { cluster: "dev", serviceName: "shop", maxResults: 1, ...input });
  const { taskArns: [first = ""] = [], nextToken } = page({});
  const { taskArns: [second = ""] = [], ...rest } = page({ nextToken });
  expect([first, second].toSorted()).toEqual(list(world));
  expect(rest).toEqual({});
  expect(describeTasks(world, [first.split("/").at(-1)!, "arn:nobody"])).toMatchObject({
    tasks: [{ taskArn: first }],
    failures: [{ arn: "arn:nobody", reason: "MISSING" }],
  });
});

test.each([
  ["ListTasks", { cluster: "dev", serviceName: "shoe" }, "ServiceNotFoundException: Service not found."],
  ["ListTasks", { cluster: "prod", serviceName: "shop" }, "ClusterNotFoundException: Cluster not found."],
  [
    "ListTasks",
    { cluster: "dev", serviceName: "shop", family: "shop" },
    "InvalidParameterException: ListTasks: family",
  ],
  ["DescribeTasks", { cluster: "dev", tasks: [] }, "InvalidParameterException: DescribeTasks: tasks"],
  ["DescribeTasks", { cluster: "prod", tasks: ["1"] }, "ClusterNotFoundException: Cluster not found."],
])("%s %j is refused", (action, input, error) => {
  expect(() => released().call(action, input)).toThrow(error);
});
