import * as v from "valibot";
import { resourcesOf } from "../graph/resources.ts";
import { deployIfNeeded } from "./begin.ts";
import type { Happened } from "./events.ts";
import { hookStages } from "./stages.ts";
import type { Service } from "./state.ts";
import { addTaskDefinition, registration } from "./taskDefinitions.ts";
import type { Work } from "./work.ts";

/** Brings a graph's clusters, task definitions and services to life. Throws where it asks for something that this ECS doesn't imitate. */
export function createStack(work: Work, { graph }: Happened<"stackCreated">): void {
  for (const { arn, name } of resourcesOf(graph, "aws:ecs/cluster:Cluster", v.object({ name: v.string() })))
    work.state.clusters[arn] = { clusterArn: arn, clusterName: name };
  for (const { arn, ...inputs } of resourcesOf(graph, "aws:ecs/taskDefinition:TaskDefinition", taskDefinitionInputs))
    addTaskDefinition(work, arn, inputs);
  for (const { arn, ...configuration } of resourcesOf(graph, "aws:ecs/service:Service", serviceInputs))
    createService(work, arn, configuration);
}

/** Pulumi's own `skipDestroy` is none of ECS's. */
const taskDefinitionInputs = v.pipe(
  v.looseObject({
    ...registration.entries,
    containerDefinitions: v.pipe(v.string(), v.parseJson(), registration.entries.containerDefinitions),
    tags: v.optional(v.record(v.string(), v.string()), {}),
  }),
  v.transform(({ skipDestroy: _, tags, ...definition }) => ({
    ...definition,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  })),
);

/** Numbers that Pulumi carries as text. */
const minutes = v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(0), v.maxValue(1440));

/** AWS waits a day for a hook unless told otherwise. */
const lifecycleHook = v.strictObject({
  hookTargetArn: v.string(),
  roleArn: v.string(),
  lifecycleStages: v.array(v.picklist(hookStages)),
  hookDetails: v.optional(v.pipe(v.string(), v.parseJson())),
  targetType: v.optional(v.literal("AWS_LAMBDA")),
  timeoutConfiguration: v.optional(
    v.strictObject({ timeoutInMinutes: v.optional(minutes, "1440"), action: v.optional(v.literal("ROLLBACK")) }),
    {},
  ),
});

/** [unverified]: how a blue/green deployment ends that may fail and not go back. Hence both or none. */
const monitor = { enable: v.boolean(), rollback: v.boolean() };
const off = { enable: false, rollback: false };

/** What makes no difference here is passed over: networks, platform. Named and nested as the API has it. */
const serviceInputs = v.pipe(
  v.object({
    name: v.string(),
    cluster: v.string(),
    taskDefinition: v.string(),
    desiredCount: v.optional(v.number(), 0),
    launchType: v.optional(v.literal("FARGATE"), "FARGATE"),
    deploymentConfiguration: v.strictObject({
      strategy: v.literal("BLUE_GREEN"),
      bakeTimeInMinutes: v.optional(minutes, "0"),
      lifecycleHooks: v.optional(v.array(lifecycleHook), []),
    }),
    deploymentCircuitBreaker: v.optional(v.strictObject(monitor), off),
    alarms: v.optional(v.strictObject({ ...monitor, alarmNames: v.array(v.string()) }), { ...off, alarmNames: [] }),
    loadBalancers: v.strictTuple([
      v.strictObject({
        targetGroupArn: v.string(),
        containerName: v.string(),
        containerPort: v.number(),
        advancedConfiguration: v.strictObject({
          alternateTargetGroupArn: v.string(),
          productionListenerRule: v.string(),
          testListenerRule: v.string(),
          roleArn: v.string(),
        }),
      }),
    ]),
  }),
  v.check(
    ({ alarms, deploymentCircuitBreaker }) =>
      [alarms, deploymentCircuitBreaker].every(({ enable, rollback }) => enable === rollback),
    "alarms and deploymentCircuitBreaker: enable and rollback must be both on or both off",
  ),
  v.transform(({ name, cluster, deploymentConfiguration, alarms, deploymentCircuitBreaker, ...same }) => ({
    serviceName: name,
    clusterArn: cluster,
    ...same,
    deploymentConfiguration: { ...deploymentConfiguration, alarms, deploymentCircuitBreaker },
  })),
);

export type ServiceConfiguration = v.InferOutput<typeof serviceInputs>;

/** Starts its first deployment unless it wants no task. The production rule points at the first target group, the test rule at the alternate. */
function createService(work: Work, serviceArn: string, configuration: ServiceConfiguration): void {
  const { clusters, taskDefinitions, services } = work.state;
  if (!clusters[configuration.clusterArn] || !taskDefinitions[configuration.taskDefinition])
    throw new Error(`emulator/ecs: ${serviceArn}: its cluster and its task definition must be resources of the stacks`);
  const [{ targetGroupArn, advancedConfiguration }] = configuration.loadBalancers;
  const service: Service = {
    serviceArn,
    ...configuration,
    createdAt: work.at,
    events: [],
    own: { production: targetGroupArn, test: advancedConfiguration.alternateTargetGroupArn },
  };
  services[serviceArn] = service;
  deployIfNeeded(work, service);
}
