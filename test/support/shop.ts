import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { Graph } from "../../emulator/graph/graph.ts";
import type { DeployCall } from "../../stateMachine/calls.ts";
import type { Good } from "../../stateMachine/ledger.ts";
import { resource } from "./ecsGraph.ts";

const arn = (rest: string) => `arn:aws:ecs:eu-central-1:111122223333:${rest}`;
const cluster = arn("cluster/shop");
export const template = arn("task-definition/shop-template:1");
export const productionRule = "production";

const container = {
  name: "app",
  image: "never-runs",
  portMappings: [{ containerPort: 3000 }],
  environment: [
    { name: "COMMIT", value: "to be set" },
    { name: "LOG_LEVEL", value: "info" },
  ],
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
    resource("aws:ecs/service:Service", arn("service/shop/shop"), {
      name: "shop",
      cluster,
      taskDefinition: template,
      deploymentConfiguration: {
        strategy: "BLUE_GREEN",
        bakeTimeInMinutes: "1",
        lifecycleHooks: [
          {
            hookTargetArn: "arn:aws:lambda:eu-central-1:111122223333:function:admission",
            roleArn: "arn:aws:iam::111122223333:role/hook",
            lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
            timeoutConfiguration: { timeoutInMinutes: "5", action: "ROLLBACK" },
          },
        ],
      },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      loadBalancers: [
        {
          targetGroupArn: "blue",
          containerName: "app",
          containerPort: 3000,
          advancedConfiguration: {
            alternateTargetGroupArn: "green",
            productionListenerRule: productionRule,
            testListenerRule: "test",
            roleArn: "arn:aws:iam::111122223333:role/infrastructure",
          },
        },
      ],
    }),
  ],
};

export const lock = { holder: "arn:aws:states:eu-central-1:111122223333:execution:shop-release:main-1", fence: 7 };
export const commit = (digit: string): string => digit.repeat(40);
export const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** The call that the machine makes for the build whose commit and digest are made of this hex digit. */
export function deploying(digit: string, more: Partial<DeployCall> = {}): DeployCall {
  return {
    action: "deploy",
    release: `main-${digit}`,
    ...lock,
    candidate: {
      image: `registry/shop@${digest(digit)}`,
      commit: commit(digit),
      ref: "main",
      author: "ana",
      sequence: 1,
    },
    template,
    smoke: "enforce",
    ...more,
  };
}

/** That build as last-known-good. */
export function good(digit: string, taskDefinition: string): Good {
  const { release, candidate } = deploying(digit);
  return { taskDefinition, release, image: candidate.image, digest: digest(digit), commit: commit(digit), sequence: 1 };
}

/** COMMIT of its container. */
export function commitOf(definition: object): string {
  const { containerDefinitions = [] } = definition as Pick<TaskDefinition, "containerDefinitions">;
  return containerDefinitions[0]?.environment?.find(({ name }) => name === "COMMIT")?.value ?? "";
}
