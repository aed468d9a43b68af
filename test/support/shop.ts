import type { TaskDefinition } from "@aws-sdk/client-ecs";
import type { ServiceDefinition } from "../../local/ecs/state.ts";
import type { DeployCall } from "../../stateMachine/calls.ts";
import type { Good } from "../../stateMachine/ledger.ts";

const arn = (rest: string) => `arn:aws:ecs:eu-central-1:111122223333:${rest}`;
export const clusterArn = arn("cluster/shop");
export const template = arn("task-definition/shop-template:1");

export const templateDefinition = {
  family: "shop-template",
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [
    {
      name: "app",
      image: "never-runs",
      portMappings: [{ containerPort: 3000 }],
      environment: [
        { name: "COMMIT", value: "to be set" },
        { name: "LOG_LEVEL", value: "info" },
      ],
    },
  ],
};

/** As the first `pulumi up` leaves it: no task yet. */
export const service: ServiceDefinition = {
  arn: arn("service/shop/shop"),
  name: "shop",
  cluster: clusterArn,
  taskDefinition: template,
  desiredCount: 0,
  bakeTimeInMinutes: 1,
  circuitBreaker: true,
  lifecycleHooks: [
    {
      hookTargetArn: "arn:aws:lambda:eu-central-1:111122223333:function:admission",
      roleArn: "arn:aws:iam::111122223333:role/hook",
      lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"],
      timeoutInMinutes: 5,
    },
  ],
  containerName: "app",
  containerPort: 3000,
  targetGroups: ["blue", "green"],
  drain: { blue: 30_000, green: 30_000 },
  productionListenerRule: "production",
  testListenerRule: "test",
  roleArn: "arn:aws:iam::111122223333:role/infrastructure",
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
