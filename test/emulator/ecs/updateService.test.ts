import type { DescribeServiceRevisionsResponse, UpdateServiceResponse } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { EcsWorld } from "../../support/ecs.ts";
import { blue, green, hookFunction, productionRule, testRule } from "../../support/ecsGraph.ts";

const update = (world: EcsWorld, input: object) =>
  world.call<UpdateServiceResponse>("UpdateService", { cluster: "dev", service: "shop", ...input }).service!;

/** A service on which app:1 is released. */
function released(): EcsWorld {
  const world = new EcsWorld();
  world.release("app:1");
  world.run();
  world.hookCalls.length = 0;
  return world;
}

/** Task definition of the revision that a deployment brings. */
function broughtBy(world: EcsWorld, arn: string): string | undefined {
  const serviceRevisionArns = [world.deployment(arn).targetServiceRevision?.arn];
  return world.call<DescribeServiceRevisionsResponse>("DescribeServiceRevisions", { serviceRevisionArns })
    .serviceRevisions?.[0]?.taskDefinition;
}

test("forced, the same task definition is deployed anew: new revision, other colour, hook and all", () => {
  const world = released();
  const before = world.service();
  const arn = update(world, { forceNewDeployment: true }).currentServiceDeployment ?? "";
  world.run();
  const { status, targetServiceRevision, sourceServiceRevisions } = world.deployment(arn);
  expect([status, world.hookCalls.length, world.users()]).toEqual(["SUCCESSFUL", 1, ["app:1"]]);
  expect(sourceServiceRevisions?.[0]?.arn).toBe(before.currentServiceRevisions?.[0]?.arn);
  expect(world.service().currentServiceRevisions?.map((each) => each.arn)).toEqual([targetServiceRevision?.arn]);
  expect(broughtBy(world, arn)).toBe(before.taskDefinition);
  expect(world.production).toEqual({ [blue]: 100, [green]: 0 });
});

test("forced during a deployment, a newer one takes over; forced without tasks, none begins", () => {
  const world = released();
  const open = world.deploy("app:2");
  world.runUntilStage(open, "BAKE_TIME");
  const forced = update(world, { forceNewDeployment: true }).currentServiceDeployment ?? "";
  expect(forced).not.toBe(open);
  world.run();
  expect([open, forced].map((arn) => world.deployment(arn).status)).toEqual(["STOPPED", "SUCCESSFUL"]);
  expect(update(new EcsWorld(), { forceNewDeployment: true }).currentServiceDeployment).toBeUndefined();
});

test("everybody sees how the service deploys", () => {
  expect(released().service()).toMatchObject({
    deploymentConfiguration: {
      strategy: "BLUE_GREEN",
      bakeTimeInMinutes: 10,
      lifecycleHooks: [
        {
          hookTargetArn: hookFunction,
          roleArn: "hookRole",
          lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
          hookDetails: { environment: "dev" },
          timeoutConfiguration: { timeoutInMinutes: 1440 },
        },
      ],
      deploymentCircuitBreaker: { enable: true, rollback: true },
    },
    loadBalancers: [
      {
        targetGroupArn: blue,
        containerName: "app",
        advancedConfiguration: {
          alternateTargetGroupArn: green,
          productionListenerRule: productionRule,
          testListenerRule: testRule,
        },
      },
    ],
  });
});

const switchedOff: [string, object][] = [
  ["an empty list of hooks", { lifecycleHooks: [] }],
  ["rolling updates", { strategy: "ROLLING" }],
];

test.each(switchedOff)(
  "%s: no deployment that begins, or is under way, calls the hook",
  (_, deploymentConfiguration) => {
    const world = released();
    const open = world.deploy("app:2");
    world.runUntilStage(open, "SCALE_UP");
    const { deploymentConfiguration: shown, currentServiceDeployment } = update(world, { deploymentConfiguration });
    expect(shown).toMatchObject({ bakeTimeInMinutes: 10, ...deploymentConfiguration });
    // It starts no deployment of its own.
    expect(currentServiceDeployment).toBe(open);
    world.run();
    expect(world.deployment(world.release("app:3")).status).toBe("SUCCESSFUL");
    expect([world.users(), world.hookCalls]).toEqual([["app:3"], []]);
  },
);

test("what is shown can be given back, and restores the hook", () => {
  const world = released();
  const { deploymentConfiguration } = world.service();
  update(world, { deploymentConfiguration: { lifecycleHooks: [] } });
  update(world, { deploymentConfiguration });
  world.release("app:2");
  expect(world.hookCalls).toHaveLength(1);
});

test("other load balancers begin a deployment, by their rules; the same ones don't", () => {
  const world = released();
  const [one] = world.service().loadBalancers!;
  const swapped = { productionListenerRule: testRule, testListenerRule: productionRule };
  const other = { ...one, advancedConfiguration: { ...one?.advancedConfiguration, ...swapped } };
  expect(update(world, { loadBalancers: [one] }).currentServiceDeployment).toBeUndefined();
  world.story.length = 0;
  const service = update(world, { loadBalancers: [other] });
  expect(service.loadBalancers).toEqual([other]);
  world.run();
  expect(world.story.filter((line) => line.includes("→"))).toEqual(["production → blue", "test → blue"]);
});

const refused: [object, string][] = [
  [{ deploymentConfiguration: { strategy: "CANARY" } }, "deploymentConfiguration.strategy: "],
  [{ deploymentConfiguration: { maximumPercent: 200 } }, "deploymentConfiguration.maximumPercent: "],
  [
    { deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } } },
    "deploymentConfiguration.deploymentCircuitBreaker: enable and rollback must be both on or both off",
  ],
  [{ loadBalancers: [] }, "loadBalancers.0: "],
];

test.each(refused)("%j is refused by its place", (input, problem) => {
  const world = released();
  const before = world.state;
  expect(() => update(world, input)).toThrow(`InvalidParameterException: UpdateService: ${problem}`);
  expect(world.state).toEqual(before);
});

test("a listener rule of nobody's is refused, and a container that the task definition doesn't have", () => {
  const world = released();
  const [one] = world.service().loadBalancers!;
  expect(() => update(world, { loadBalancers: [{ ...one, containerName: "web" }] })).toThrow(
    "InvalidParameterException: The container web does not exist in the task definition.",
  );
  const advancedConfiguration = { ...one?.advancedConfiguration, productionListenerRule: "arn:gone" };
  expect(() => update(world, { loadBalancers: [{ ...one, advancedConfiguration }] })).toThrow(
    "InvalidParameterException: loadBalancers: arn:gone is no target group or listener rule that a service was created with",
  );
});

test("deployments: one that is PRIMARY and COMPLETED in quiet, two while one is under way", () => {
  const world = new EcsWorld();
  const deployments = () =>
    world
      .service()
      .deployments?.map(({ status, rolloutState, desiredCount, runningCount, pendingCount }) =>
        [status, rolloutState, desiredCount, runningCount, pendingCount].join(" "),
      );
  expect(deployments()).toEqual(["PRIMARY COMPLETED 0 0 0"]);
  world.release("app:1");
  expect(deployments()).toEqual(["PRIMARY COMPLETED 2 2 0"]);
  expect(world.service().deployments?.[0]).toMatchObject({
    id: expect.stringMatching(/^ecs-svc\/\d+$/),
    taskDefinition: expect.stringMatching(/shop:1$/),
    createdAt: expect.any(Number),
    updatedAt: world.now / 1000,
  });
  const arn = world.deploy("app:2");
  world.runUntilStage(arn, "SCALE_UP");
  expect(deployments()).toEqual(["PRIMARY IN_PROGRESS 2 0 2", "ACTIVE COMPLETED 2 2 0"]);
  world.runUntilStage(arn, "BAKE_TIME");
  world.call("StopServiceDeployment", { serviceDeploymentArn: arn });
  expect(deployments()).toEqual(["PRIMARY COMPLETED 2 2 0", "ACTIVE FAILED 2 2 0"]);
  world.run();
  expect(deployments()).toEqual(["PRIMARY COMPLETED 2 2 0"]);
});
