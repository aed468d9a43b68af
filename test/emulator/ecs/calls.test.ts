import type {
  DescribeServiceRevisionsResponse,
  DescribeTaskDefinitionResponse,
  ListServiceDeploymentsResponse,
  UpdateServiceResponse,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";

const list = (world: EcsWorld, input: Record<string, unknown> = {}) =>
  world.call<ListServiceDeploymentsResponse>("ListServiceDeployments", { cluster: "dev", service: "shop", ...input });

test("a service that wants no task has no deployment; the first release brings the count", () => {
  const world = new EcsWorld();
  world.run();
  expect(world.service()).toMatchObject({
    desiredCount: 0,
    runningCount: 0,
    currentServiceRevisions: [],
  });
  expect(world.deployment(world.release("app:1")).targetServiceRevision).toMatchObject({
    requestedTaskCount: 2,
    runningTaskCount: 2,
  });
});

test("a service created with tasks starts its first deployment by itself", () => {
  const world = new EcsWorld({ desiredCount: 1 });
  world.run();
  expect(world.users()).toEqual(["template"]);
});

test("the same task definition starts no deployment, before and after the end of the first", () => {
  const world = new EcsWorld();
  const arn = world.deploy("app:1");
  const again = () =>
    world.call<UpdateServiceResponse>("UpdateService", { cluster: "dev", service: "shop", taskDefinition: "shop:1" })
      .service;
  expect(again()?.currentServiceDeployment).toBe(arn);
  world.run();
  expect(again()?.currentServiceDeployment).toBeUndefined();
  expect(list(world).serviceDeployments).toHaveLength(1);
});

test("the list goes on without a new deployment for a while", () => {
  const world = new EcsWorld({ settings: { listLag: 10_000 } });
  const first = world.release("app:1");
  const second = world.deploy("app:2");
  const asked = world.now;
  expect(list(world).serviceDeployments?.map((each) => each.serviceDeploymentArn)).toEqual([first]);
  expect(world.deployment(second).status).toBe("PENDING");
  world.run(() => list(world).serviceDeployments?.length === 2);
  expect(world.now - asked).toBeGreaterThanOrEqual(10_000);
});

test("the list has pages, filters, and no order of time", () => {
  const world = new EcsWorld({ bakeTimeInMinutes: "0" });
  const released = ["1", "2", "3", "4", "5"].map((tag) => world.release(`app:${tag}`));
  const failed = world.release("crash:6");
  world.run();
  const paged: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = list(world, { maxResults: 4, ...(nextToken ? { nextToken } : {}) });
    paged.push(...page.serviceDeployments!.map((each) => each.serviceDeploymentArn));
    nextToken = page.nextToken;
  } while (nextToken);
  expect(paged.toSorted()).toEqual([...released, failed].toSorted());
  expect(paged).not.toEqual([...released, failed]);
  expect(paged).not.toEqual([...released, failed].toReversed());
  const rolledBack = list(world, { status: ["ROLLBACK_SUCCESSFUL"] }).serviceDeployments;
  expect(rolledBack?.map((each) => each.serviceDeploymentArn)).toEqual([failed]);
});

test("a target revision leads to its task definition and image", () => {
  const world = new EcsWorld();
  const { targetServiceRevision } = world.deployment(world.deploy("app@sha256:abc"));
  const input = { serviceRevisionArns: [targetServiceRevision?.arn, "arn:nobody"] };
  expect(world.call<DescribeServiceRevisionsResponse>("DescribeServiceRevisions", input)).toMatchObject({
    serviceRevisions: [
      {
        taskDefinition: expect.stringMatching(/shop:1$/),
        containerImages: [{ containerName: "app", image: "app@sha256:abc" }],
      },
    ],
    failures: [{ arn: "arn:nobody", reason: "MISSING" }],
  });
});

test("a described task definition can be registered again, and only ECS's own fields are lost", () => {
  const world = new EcsWorld();
  const arn = world.register("app:1");
  const tags = [{ key: "team", value: "shop" }];
  const described = world.call<DescribeTaskDefinitionResponse>("DescribeTaskDefinition", {
    taskDefinition: arn,
  }).taskDefinition;
  world.call("RegisterTaskDefinition", { ...described, cpu: "256", tags });
  const again = world.call<DescribeTaskDefinitionResponse>("DescribeTaskDefinition", {
    taskDefinition: "shop",
    include: ["TAGS"],
  });
  expect(again.tags).toEqual(tags);
  expect(again.taskDefinition).toEqual({
    ...described,
    cpu: "256",
    revision: 2,
    taskDefinitionArn: expect.stringMatching(/shop:2$/),
  });
});

test("a revision that was just deregistered can still be deployed, ten minutes later no more", () => {
  const world = new EcsWorld();
  world.release("app:1");
  const [soon, late] = [world.register("app:2"), world.register("app:3")];
  for (const taskDefinition of [soon, late]) world.call("DeregisterTaskDefinition", { taskDefinition });
  const since = world.now;
  const deploy = (taskDefinition: string) =>
    world.call<UpdateServiceResponse>("UpdateService", { cluster: "dev", service: "shop", taskDefinition });
  const arn = deploy(soon).service?.currentServiceDeployment ?? "";
  world.run(() => world.deployment(arn).finishedAt !== undefined);
  expect([world.deployment(arn).status, world.users()]).toEqual(["SUCCESSFUL", ["app:2"]]);
  expect(world.now - since).toBeGreaterThan(10 * 60_000);
  expect(() => deploy(late)).toThrow("ClientException: TaskDefinition is inactive");
});

test("an inactive revision can't be deployed", () => {
  const world = new EcsWorld({ settings: { inactiveGrace: 0 } });
  const taskDefinition = world.register("app:1");
  world.call("DeregisterTaskDefinition", { taskDefinition });
  expect(() =>
    world.call("UpdateService", { cluster: "dev", service: "shop", taskDefinition, desiredCount: 1 }),
  ).toThrow("ClientException: TaskDefinition is inactive");
  expect(world.service().desiredCount).toBe(0);
});

const refused: [string, unknown, string][] = [
  ["UpdateService", { cluster: "prod", service: "shop" }, "ClusterNotFoundException: Cluster not found."],
  ["UpdateService", { cluster: "dev", service: "shoe" }, "ServiceNotFoundException: Service not found."],
  ["DescribeTaskDefinition", { taskDefinition: "shop:9" }, "ClientException: Unable to describe task definition."],
  [
    "UpdateService",
    { cluster: "dev", service: "shop", healthCheckGracePeriodSeconds: 60 },
    "InvalidParameterException: UpdateService: healthCheckGracePeriodSeconds",
  ],
  [
    "UpdateService",
    { cluster: "dev", service: "shop", desiredCount: -1 },
    "InvalidParameterException: UpdateService: desiredCount",
  ],
  ["DescribeServices", "shop", "InvalidParameterException: DescribeServices: input"],
  ["RunTask", {}, "UnknownOperationException: emulator/ecs: ecs:RunTask is not supported here"],
];

test.each(refused)("%s %j is refused", (action, input, error) => {
  const world = new EcsWorld();
  const before = structuredClone(world.state);
  expect(() => world.call(action, input)).toThrow(error);
  expect(world.state).toEqual(before);
});

test("a graph that asks for more than this ECS imitates is refused with its place", () => {
  const rolling = { deploymentConfiguration: { strategy: "ROLLING" } };
  expect(() => new EcsWorld({ service: rolling })).toThrow(
    /service\/dev\/shop: deploymentConfiguration.strategy: .*"BLUE_GREEN".*"ROLLING"/,
  );
});

test("answers are in ECS's JSON: dates in seconds, and nothing that only the model knows", () => {
  const world = new EcsWorld();
  const deployment = world.deployment(world.deploy("app:1"));
  expect(deployment.createdAt).toBe(world.now / 1000);
  world.run(() => world.hookCalls.length > 0);
  const shown = JSON.stringify([world.deployment(deployment.serviceDeploymentArn!), world.service(), list(world)]);
  expect(JSON.stringify(world.state)).toContain('"own":');
  expect(shown).not.toContain('"own":');
});

test("the same events give the same end", () => {
  const [one, two] = [new EcsWorld(), new EcsWorld()];
  for (const world of [one, two]) world.release("app:1");
  expect(two.state).toEqual(one.state);
});
