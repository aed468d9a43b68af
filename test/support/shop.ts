import type { TaskDefinition } from "@aws-sdk/client-ecs";
import { type Lane, releaseOf } from "../../contract/execution.ts";
import type { Good } from "../../contract/ledger.ts";
import type { DeploymentSettings } from "../../deployment/settings.ts";
import type { Graph } from "../../emulator/graph/graph.ts";
import { resource } from "./ecsGraph.ts";

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-central-1:111122223333:${rest}`;
const cluster = arn("ecs", "cluster/shop");
export const template = arn("ecs", "task-definition/shop-template:1");
export const hookFunction = arn("lambda", "function:admission");
export const productionRule = arn("elasticloadbalancing", "listener-rule/app/shop/production");
export const [blue, green] = ["blue", "green"] as const;
/** An alarm that the service's deployments watch. */
export const alarm = "shop-errors";

export const settings: DeploymentSettings = {
  LEDGER: "ledger",
  CLUSTER: "shop",
  SERVICE: "shop",
  FAMILY: "shop",
  TASKS: 2,
  ADDRESS: "https://shop.example.com",
  HEALTH_PATH: "/health",
  HOOK: hookFunction,
  PRODUCTION_RULE: productionRule,
  SCALE_UP_MINUTES: 15,
  BAKE_MINUTES: 1,
};

export const container = {
  name: "app",
  image: "never-runs",
  portMappings: [{ containerPort: 3000 }],
  environment: [
    { name: "COMMIT", value: "to be set" },
    { name: "LOG_LEVEL", value: "info" },
  ],
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": "/ecs/shop", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app" },
  },
};

/** As the first `pulumi up` leaves it: no task yet. */
export const shop: Graph = {
  stack: "shop",
  outputs: {},
  resources: [
    resource("aws:ecs/cluster:Cluster", cluster, { name: "shop" }),
    resource("aws:ecs/taskDefinition:TaskDefinition", template, {
      family: "shop-template",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      containerDefinitions: JSON.stringify([container]),
      tags: { team: "shop", "aws:createdBy": "pulumi" },
    }),
    ...[blue, green].map((colour) => resource("aws:lb/targetGroup:TargetGroup", colour, {})),
    ...[productionRule, "test"].map((rule) => resource("aws:lb/listenerRule:ListenerRule", rule, {})),
    resource("aws:ecs/service:Service", arn("ecs", "service/shop/shop"), {
      name: "shop",
      cluster,
      taskDefinition: template,
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: String(settings.BAKE_MINUTES),
        lifecycleHooks: [
          {
            hookTargetArn: hookFunction,
            roleArn: arn("iam", "role/hook"),
            lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
            timeoutConfiguration: { timeoutInMinutes: "5", action: "ROLLBACK" },
          },
        ],
      },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      alarms: { enable: true, rollback: true, alarmNames: [alarm] },
      loadBalancers: [
        {
          targetGroupArn: blue,
          containerName: "app",
          containerPort: 3000,
          advancedConfiguration: {
            alternateTargetGroupArn: green,
            productionListenerRule: productionRule,
            testListenerRule: "test",
            roleArn: arn("iam", "role/infrastructure"),
          },
        },
      ],
    }),
  ],
};

/** A build is called by the hex digit of which its commit and its digest are made. */
export const commit = (build: string): string => build.repeat(40);
export const digest = (build: string): string => `sha256:${build.repeat(64)}`;
export const image = (build: string): string => `registry/shop@${digest(build)}`;

export const executionOf = (name: string, lane: Lane = "release"): string =>
  arn("states", `execution:greengate-shop-${lane}:${name}`);

/** A build as last-known-good, released by this execution. */
export function goodOf(build: string, taskDefinition: string, execution: string): Good {
  return {
    image: image(build),
    commit: commit(build),
    ref: "main",
    author: "ana",
    sequence: 1,
    execution,
    taskDefinition,
    release: releaseOf(execution),
    digest: digest(build),
    since: "2026-11-23T00:00:00.000Z",
    hotfix: false,
  };
}

/** A variable of a task definition's one container. */
export function variableOf(definition: object, variable: string): string {
  const { containerDefinitions = [] } = definition as Pick<TaskDefinition, "containerDefinitions">;
  return containerDefinitions[0]?.environment?.find(({ name }) => name === variable)?.value ?? "";
}
