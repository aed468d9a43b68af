import type { Graph, Resource } from "../../emulator/graph/graph.ts";

export interface EcsGraphArgs {
  desiredCount?: number;
  bakeTimeInMinutes?: string;
  /** Where the hook is called. Default: POST_TEST_TRAFFIC_SHIFT. */
  hookStages?: string[];
  hookTimeoutInMinutes?: string;
  /** Changes the service's inputs. */
  service?: Record<string, unknown>;
}

/** A cluster `dev` with one blue/green service `shop`, as the Pulumi program says it. */
export function ecsGraph({
  desiredCount = 0,
  bakeTimeInMinutes = "10",
  hookStages,
  hookTimeoutInMinutes,
  service,
}: EcsGraphArgs): Graph {
  const hook = {
    hookTargetArn: hookFunction,
    roleArn: "hookRole",
    lifecycleStages: hookStages ?? ["POST_TEST_TRAFFIC_SHIFT"],
  };
  const timeoutConfiguration = hookTimeoutInMinutes
    ? { timeoutInMinutes: hookTimeoutInMinutes, action: "ROLLBACK" }
    : {};
  const advancedConfiguration = {
    alternateTargetGroupArn: green,
    productionListenerRule: productionRule,
    testListenerRule: testRule,
    roleArn: "infrastructureRole",
  };
  const containers = JSON.stringify([{ name: "app", image: "template" }]);
  const cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/dev";
  const template = "arn:aws:ecs:eu-central-1:123456789012:task-definition/template:1";
  return {
    stack: "dev",
    outputs: {},
    resources: [
      resource("aws:ecs/service:Service", "arn:aws:ecs:eu-central-1:123456789012:service/dev/shop", {
        name: "shop",
        cluster,
        taskDefinition: template,
        desiredCount,
        deploymentConfiguration: {
          strategy: "BLUE_GREEN",
          bakeTimeInMinutes,
          lifecycleHooks: [{ ...hook, timeoutConfiguration, hookDetails: '{"environment":"dev"}' }],
        },
        deploymentCircuitBreaker: { enable: true, rollback: true },
        loadBalancers: [{ targetGroupArn: blue, containerName: "app", containerPort: 8080, advancedConfiguration }],
        ...service,
      }),
      resource("aws:ecs/cluster:Cluster", cluster, { name: "dev" }),
      resource("aws:ecs/taskDefinition:TaskDefinition", template, {
        family: "template",
        containerDefinitions: containers,
      }),
    ],
  };
}

export const blue = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/blue/1";
export const green = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/green/2";
export const productionRule = "production";
export const testRule = "test";
export const hookFunction = "arn:aws:lambda:eu-central-1:123456789012:function:smoke";

/** A resource with these inputs, named by the end of its ARN. */
export function resource(type: string, arn: string, inputs: Record<string, unknown>): Resource {
  const name = arn.slice(arn.lastIndexOf(":") + 1);
  return {
    urn: arn,
    type,
    name,
    inputs,
    outputs: { ...inputs, arn },
    dependencies: [],
    ignoreChanges: [],
    protect: false,
    retainOnDelete: false,
  };
}
