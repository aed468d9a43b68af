import * as v from "valibot";

/**
 * The lifecycle stages of a blue/green deployment, in order. RECONCILE_SERVICE happens only when a new deployment finds more than
 * one active revision. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export const stages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
] as const;

export type Stage = (typeof stages)[number];

/** Stages that a hook may be put on: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html */
const hookStages: readonly string[] = stages.filter((stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage));

/** A task definition as it is registered: what ECS needs of it, and whatever else describes it. */
export const registration = v.looseObject({
  family: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,255}$/)),
  containerDefinitions: v.pipe(
    v.array(
      v.looseObject({
        name: v.pipe(v.string(), v.nonEmpty("Container.name should not be null or empty.")),
        image: v.pipe(v.string(), v.nonEmpty("Container.image should not be null or empty.")),
        environment: v.optional(v.array(v.object({ name: v.string(), value: v.string() }))),
        logConfiguration: v.optional(
          v.looseObject({ logDriver: v.string(), options: v.optional(v.record(v.string(), v.string())) }),
        ),
        /** Seconds between SIGTERM and SIGKILL. */
        stopTimeout: v.optional(v.number()),
      }),
    ),
    v.minLength(1),
  ),
  tags: v.optional(v.array(v.object({ key: v.string(), value: v.string() })), []),
});

export type Registration = v.InferOutput<typeof registration>;

/** Pulumi's own `skipDestroy` is none of ECS's. */
export const taskDefinitionInputs = v.pipe(
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

const minutes = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** [unverified]: how a blue/green deployment ends that may fail and not go back. Hence both or none. */
const bothOrNone = <Monitor extends { enable: boolean; rollback: boolean }>() =>
  v.check<Monitor, string>(
    ({ enable, rollback }) => enable === rollback,
    "enable and rollback must be both on or both off",
  );
const monitor = { enable: v.boolean(), rollback: v.boolean() };

/** AWS waits a day for a hook unless told otherwise. */
const lifecycleHook = v.strictObject({
  hookTargetArn: v.string(),
  roleArn: v.string(),
  lifecycleStages: v.array(v.picklist(hookStages)),
  hookDetails: v.optional(v.unknown()),
  targetType: v.optional(v.literal("AWS_LAMBDA")),
  timeoutConfiguration: v.optional(
    v.strictObject({
      timeoutInMinutes: v.optional(minutes(1, 20_160), 1440),
      action: v.optional(v.literal("ROLLBACK")),
    }),
    {},
  ),
});

/** As the API has it. */
export const deploymentConfiguration = v.strictObject({
  strategy: v.picklist(["BLUE_GREEN", "ROLLING"]),
  bakeTimeInMinutes: minutes(0, 1440),
  lifecycleHooks: v.array(lifecycleHook),
  alarms: v.pipe(v.strictObject({ ...monitor, alarmNames: v.array(v.string()) }), bothOrNone()),
  deploymentCircuitBreaker: v.pipe(v.strictObject(monitor), bothOrNone()),
});

export const loadBalancers = v.strictTuple([
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
]);

/** Pulumi carries these as text. */
const numeral = v.pipe(v.string(), v.transform(Number));
const off = { enable: false, rollback: false };

/** Pulumi's inputs, named and nested as the API has them. What makes no difference here is passed over: networks, platform. */
export const serviceInputs = v.pipe(
  v.object({
    name: v.string(),
    cluster: v.string(),
    taskDefinition: v.string(),
    desiredCount: v.optional(v.number(), 0),
    launchType: v.optional(v.literal("FARGATE"), "FARGATE"),
    deploymentConfiguration: v.looseObject({
      strategy: v.literal("BLUE_GREEN"),
      bakeTimeInMinutes: v.optional(numeral, "0"),
      lifecycleHooks: v.optional(
        v.array(
          v.looseObject({
            hookDetails: v.optional(v.pipe(v.string(), v.parseJson())),
            timeoutConfiguration: v.optional(v.looseObject({ timeoutInMinutes: v.optional(numeral, "1440") })),
          }),
        ),
        [],
      ),
    }),
    deploymentCircuitBreaker: v.optional(v.unknown(), off),
    alarms: v.optional(v.unknown(), { ...off, alarmNames: [] }),
    loadBalancers,
  }),
  v.transform(({ name, cluster, deploymentConfiguration, alarms, deploymentCircuitBreaker, ...same }): unknown => ({
    serviceName: name,
    clusterArn: cluster,
    ...same,
    deploymentConfiguration: { ...deploymentConfiguration, alarms, deploymentCircuitBreaker },
  })),
  v.object({
    serviceName: v.string(),
    clusterArn: v.string(),
    taskDefinition: v.string(),
    desiredCount: v.number(),
    launchType: v.literal("FARGATE"),
    deploymentConfiguration,
    loadBalancers,
  }),
);

export type ServiceConfiguration = v.InferOutput<typeof serviceInputs>;

export type LoadBalancers = ServiceConfiguration["loadBalancers"];

/** ARNs of the target groups and listener rules. */
export const routingOf = ([{ targetGroupArn, advancedConfiguration }]: LoadBalancers): string[] => {
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advancedConfiguration;
  return [targetGroupArn, alternateTargetGroupArn, productionListenerRule, testListenerRule];
};
