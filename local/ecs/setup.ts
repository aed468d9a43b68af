import * as v from "valibot";
import type { Graph, Resource } from "../graph/graph.ts";
import type { EcsEvent } from "./events.ts";
import { read } from "./read.ts";
import { hookStages } from "./stages.ts";
import type { ServiceDefinition } from "./state.ts";
import { definitionFields } from "./taskDefinitions.ts";

/**
 * The events that bring a graph's clusters, task definitions and services to life at cloud time `at`, in an order that ECS can take.
 * Throws where the graph asks for something that this ECS doesn't imitate.
 */
export function setupEvents(graph: Graph, at: number): EcsEvent[] {
  const of = (type: string) => graph.resources.filter((resource) => resource.type === type);
  const delays = of("aws:lb/targetGroup:TargetGroup").map(
    (group) => [arnOf(group), deregistrationDelay(group)] as const,
  );
  return [
    ...of("aws:ecs/cluster:Cluster").map((cluster): EcsEvent => {
      const { name } = parse(v.object({ name: v.string() }), cluster);
      return { at, type: "clusterCreated", arn: arnOf(cluster), name };
    }),
    ...of("aws:ecs/taskDefinition:TaskDefinition").map((resource) => taskDefinitionCreated(resource, at)),
    ...of("aws:ecs/service:Service").map((resource): EcsEvent => {
      return { at, type: "serviceCreated", service: serviceOf(resource, Object.fromEntries(delays)) };
    }),
  ];
}

const taskDefinitionInputs = v.object({
  ...definitionFields,
  containerDefinitions: v.pipe(v.string(), v.parseJson(), definitionFields.containerDefinitions),
  tags: v.optional(v.record(v.string(), v.string()), {}),
});

function taskDefinitionCreated(resource: Resource, at: number): EcsEvent {
  const { tags, ...definition } = parse(taskDefinitionInputs, resource);
  const pairs = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return { at, type: "taskDefinitionCreated", arn: arnOf(resource), definition, tags: pairs };
}

/** Numbers that Pulumi carries as text. */
const minutes = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.number(),
  v.minValue(0),
  v.maxValue(1440),
);

const lifecycleHook = v.strictObject({
  hookTargetArn: v.string(),
  roleArn: v.string(),
  lifecycleStages: v.array(v.picklist(hookStages)),
  hookDetails: v.optional(v.pipe(v.string(), v.parseJson())),
  targetType: v.optional(v.literal("AWS_LAMBDA")),
  timeoutConfiguration: v.optional(
    v.strictObject({ timeoutInMinutes: v.optional(minutes, 1440), action: v.optional(v.literal("ROLLBACK")) }),
    {},
  ),
});

/** What makes no difference here is passed over: networks, platform, and alarms, of which none is ever in alarm. */
const serviceInputs = v.object({
  name: v.string(),
  cluster: v.string(),
  taskDefinition: v.string(),
  desiredCount: v.optional(v.number(), 0),
  launchType: v.optional(v.literal("FARGATE")),
  deploymentConfiguration: v.strictObject({
    strategy: v.literal("BLUE_GREEN"),
    bakeTimeInMinutes: v.optional(minutes, 0),
    lifecycleHooks: v.optional(v.array(lifecycleHook), []),
  }),
  deploymentCircuitBreaker: v.optional(
    v.pipe(
      v.strictObject({ enable: v.boolean(), rollback: v.boolean() }),
      v.check(({ enable, rollback }) => enable === rollback, "enable and rollback must be both on or both off"),
    ),
    { enable: false, rollback: false },
  ),
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
});

function serviceOf(resource: Resource, drain: Record<string, number>): ServiceDefinition {
  const inputs = parse(serviceInputs, resource);
  const [{ targetGroupArn, containerName, containerPort, advancedConfiguration }] = inputs.loadBalancers;
  const { alternateTargetGroupArn, ...rules } = advancedConfiguration;
  for (const arn of [targetGroupArn, alternateTargetGroupArn]) {
    if (drain[arn] === undefined) throw problem(resource, `loadBalancers: ${arn} is no target group of this graph`);
  }
  return {
    arn: arnOf(resource),
    name: inputs.name,
    cluster: inputs.cluster,
    taskDefinition: inputs.taskDefinition,
    desiredCount: inputs.desiredCount,
    bakeTimeInMinutes: inputs.deploymentConfiguration.bakeTimeInMinutes,
    circuitBreaker: inputs.deploymentCircuitBreaker.enable,
    lifecycleHooks: inputs.deploymentConfiguration.lifecycleHooks.map(
      ({ targetType: _, timeoutConfiguration, ...hook }) => ({ ...hook, ...timeoutOf(timeoutConfiguration) }),
    ),
    containerName,
    containerPort,
    targetGroups: [targetGroupArn, alternateTargetGroupArn],
    drain,
    ...rules,
  };
}

/** AWS waits a day for a hook unless told otherwise. */
const timeoutOf = ({ timeoutInMinutes = 1440 }: { timeoutInMinutes?: number | undefined }) => ({ timeoutInMinutes });

/** Milliseconds. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html */
function deregistrationDelay(resource: Resource): number {
  const seconds = v.object({
    deregistrationDelay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(3600)), 300),
  });
  return parse(seconds, resource).deregistrationDelay * 1000;
}

function arnOf(resource: Resource): string {
  const { arn } = resource.outputs;
  if (typeof arn !== "string") throw problem(resource, `its output arn must be a string, not ${JSON.stringify(arn)}`);
  return arn;
}

const parse = <T>(schema: v.GenericSchema<unknown, T>, resource: Resource): T =>
  read(schema, resource.inputs, (problems) => problem(resource, problems));

const problem = (resource: Resource, text: string) =>
  new Error(`local/ecs: ${resource.type} ${resource.name}: ${text}; the embedded ECS can't run that`);
