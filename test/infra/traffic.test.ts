import { beforeAll, describe, expect, test } from "vitest";
import type { Graph } from "../../emulator/graph/graph.ts";
import { graphOf, resource, resources } from "../support/graph.ts";

describe.each(["dev", "live"] as const)("users' traffic on %s", (stack) => {
  let graph: Graph;
  beforeAll(async () => {
    graph = graphOf(stack);
  });

  test("production starts on blue alone, the test rule on green alone, and is asked first", () => {
    const production = resource(graph, "aws.lb.ListenerRule", "production").inputs;
    const testing = resource(graph, "aws.lb.ListenerRule", "test").inputs;
    const [blue, green] = ["blue", "green"].map((colour) => resource(graph, "aws.lb.TargetGroup", colour).outputs.arn);
    const weights = (first: number, second: number) => [
      {
        type: "forward",
        forward: {
          targetGroups: [
            { arn: blue, weight: first },
            { arn: green, weight: second },
          ],
        },
      },
    ];
    expect(production).toMatchObject({ priority: 20, conditions: [{ pathPattern: { values: ["/*"] } }] });
    expect(production.actions).toEqual(weights(100, 0));
    expect(testing).toMatchObject({
      priority: 10,
      conditions: [{ httpHeader: { httpHeaderName: "x-greengate-test", values: ["green"] } }],
    });
    expect(testing.actions).toEqual(weights(0, 100));
  });

  test("both colours have the same settings, so that neither behaves differently", () => {
    const [blue, green] = resources(graph, "aws.lb.TargetGroup").map(
      ({ inputs: { name: _, ...settings } }) => settings,
    );
    expect(blue).toEqual(green);
    expect(blue).toMatchObject({ targetType: "ip", deregistrationDelay: 30 });
    expect(blue?.stickiness).toBeUndefined();
  });

  test("a later `pulumi up` puts back neither weights nor what a release changed", () => {
    for (const { ignoreChanges } of resources(graph, "aws.lb.ListenerRule")) expect(ignoreChanges).toEqual(["actions"]);
    const service = resource(graph, "aws.ecs.Service");
    expect(service.ignoreChanges).toEqual(["taskDefinition", "desiredCount", "loadBalancers"]);
    expect(service.inputs.waitForSteadyState).toBe(false);
    expect(resource(graph, "aws.ecs.TaskDefinition").inputs.skipDestroy).toBe(true);
  });

  test("ECS shifts by blue/green and asks the admission function before users see a colour", () => {
    const { inputs } = resource(graph, "aws.ecs.Service");
    expect(inputs).toMatchObject({
      desiredCount: 0,
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: stack === "dev" ? "1" : "10",
        lifecycleHooks: [
          {
            hookTargetArn: resource(graph, "aws.lambda.Function", "admission").outputs.arn,
            roleArn: resource(graph, "aws.iam.Role", "hook").outputs.arn,
            lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
          },
        ],
      },
      loadBalancers: [
        {
          targetGroupArn: resource(graph, "aws.lb.TargetGroup", "blue").outputs.arn,
          advancedConfiguration: {
            alternateTargetGroupArn: resource(graph, "aws.lb.TargetGroup", "green").outputs.arn,
            productionListenerRule: resource(graph, "aws.lb.ListenerRule", "production").outputs.arn,
            testListenerRule: resource(graph, "aws.lb.ListenerRule", "test").outputs.arn,
            roleArn: resource(graph, "aws.iam.Role", "infrastructure").outputs.arn,
          },
        },
      ],
    });
  });

  test("on live, what users depend on can't be replaced by mistake, and no ledger goes with its stack", () => {
    const guarded = [
      resource(graph, "aws.ecs.Service"),
      resource(graph, "aws.lb.Listener"),
      resource(graph, "aws.lb.LoadBalancer"),
      ...resources(graph, "aws.lb.ListenerRule"),
      resource(graph, "aws.dynamodb.Table"),
    ];
    for (const { protect } of guarded) expect(protect).toBe(stack === "live");
    const ledger = resource(graph, "aws.dynamodb.Table");
    expect(ledger.retainOnDelete).toBe(true);
    expect(ledger.inputs).toMatchObject({
      deletionProtectionEnabled: true,
      pointInTimeRecovery: { enabled: true },
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
    });
  });
});
