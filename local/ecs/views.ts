import { circuitBreakerThreshold, circuitBreakerTripped } from "./circuitBreaker.ts";
import type { EcsState, Revision, Service, ServiceDeployment, TaskDefinition } from "./state.ts";
import { deploymentId, known, revisionsOf, tasksOf } from "./work.ts";

/*
 * ECS's JSON 1.1 shapes, less what nobody here reads (the service's own configuration). Dates are seconds since 1970; counts and
 * weights are those of now, where AWS keeps those of a closed deployment's end.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Types.html
 */

export function taskDefinitionView(each: TaskDefinition): Record<string, unknown> {
  return {
    taskDefinitionArn: each.arn,
    ...each.definition,
    family: each.family,
    revision: each.revision,
    status: each.status,
    volumes: each.definition.volumes ?? [],
    placementConstraints: each.definition.placementConstraints ?? [],
    requiresAttributes: [{ name: "ecs.capability.task-eni" }],
    compatibilities: ["EC2", "FARGATE"],
    registeredAt: each.registeredAt / 1000,
    ...dates({ deregisteredAt: each.deregisteredAt }),
  };
}

export function serviceView(state: EcsState, service: Service): Record<string, unknown> {
  const primary = service.open === undefined ? service.current : known(state.deployments, service.open).target;
  const active = revisionsOf(state, service.arn).filter(
    ({ arn, requested }) => arn === primary || requested > 0 || tasksOf(state, arn).length > 0,
  );
  const counts = active.map((revision) => countsOf(state, revision));
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster,
    status: "ACTIVE",
    desiredCount: service.desiredCount,
    runningCount: counts.reduce((sum, { runningTaskCount }) => sum + runningTaskCount, 0),
    pendingCount: counts.reduce((sum, { pendingTaskCount }) => sum + pendingTaskCount, 0),
    launchType: "FARGATE",
    taskDefinition: service.taskDefinition,
    deploymentController: { type: "ECS" },
    // [unverified]: what blue/green shows in `rolloutState`; AWS documents it for rolling updates only, so it is left out.
    deployments: active.map((revision) => ({
      id: deploymentId(revision.arn),
      status: revision.arn === primary ? "PRIMARY" : "ACTIVE",
      taskDefinition: revision.taskDefinition,
      desiredCount: revision.requested,
      pendingCount: countsOf(state, revision).pendingTaskCount,
      runningCount: countsOf(state, revision).runningTaskCount,
      createdAt: revision.createdAt / 1000,
    })),
    currentServiceRevisions: counts,
    ...(service.open === undefined ? {} : { currentServiceDeployment: service.open }),
    events: service.events.map(({ id, createdAt, message }) => ({ id, createdAt: createdAt / 1000, message })),
    createdAt: service.createdAt / 1000,
    schedulingStrategy: "REPLICA",
  };
}

export function deploymentBrief(state: EcsState, each: ServiceDeployment): Record<string, unknown> {
  return {
    serviceDeploymentArn: each.arn,
    serviceArn: each.service,
    clusterArn: known(state.services, each.service).cluster,
    targetServiceRevisionArn: each.target,
    status: each.status,
    ...(each.statusReason === undefined ? {} : { statusReason: each.statusReason }),
    ...dates({ createdAt: each.createdAt, startedAt: each.startedAt, finishedAt: each.finishedAt }),
  };
}

export function deploymentView(state: EcsState, each: ServiceDeployment): Record<string, unknown> {
  const { targetServiceRevisionArn: _, ...brief } = deploymentBrief(state, each);
  const service = known(state.services, each.service);
  const weighed = (arn: string) => {
    const revision = known(state.revisions, arn);
    // Many revisions share a group in the course of time; only one that has tasks gets its traffic.
    const weight = (traffic: "test" | "production") =>
      revision.requested > 0 ? (service.weights[traffic][revision.targetGroup] ?? 0) : 0;
    return {
      ...countsOf(state, revision),
      requestedTestTrafficWeight: weight("test"),
      requestedProductionTrafficWeight: weight("production"),
    };
  };
  return {
    ...brief,
    ...dates({ updatedAt: each.updatedAt, stoppedAt: each.stoppedAt }),
    sourceServiceRevisions: each.source === undefined ? [] : [weighed(each.source)],
    targetServiceRevision: weighed(each.target),
    ...(each.stage === undefined ? {} : { lifecycleStage: each.stage }),
    lifecycleHookDetails: each.hooks.map((run) => ({
      hookId: run.id,
      targetType: "AWS_LAMBDA",
      targetArn: run.hook.hookTargetArn,
      status: run.status,
      expiresAt: run.expiresAt / 1000,
      timeoutAction: "ROLLBACK",
    })),
    deploymentCircuitBreaker: circuitBreaker(service, each),
    alarms: { status: "DISABLED" },
    ...(each.rollback === undefined
      ? {}
      : { rollback: { ...each.rollback, startedAt: each.rollback.startedAt / 1000 } }),
  };
}

export function revisionView(state: EcsState, each: Revision): Record<string, unknown> {
  const service = known(state.services, each.service);
  const { containerDefinitions } = known(state.taskDefinitions, each.taskDefinition).definition;
  return {
    serviceRevisionArn: each.arn,
    serviceArn: each.service,
    clusterArn: service.cluster,
    taskDefinition: each.taskDefinition,
    launchType: "FARGATE",
    // AWS may show an `imageDigest` too, and may not: nobody shall count on it.
    containerImages: containerDefinitions.map(({ name, image }) => ({ containerName: name, image })),
    resolvedConfiguration: {
      loadBalancers: [{ targetGroupArn: each.targetGroup, productionListenerRule: service.productionListenerRule }],
    },
    createdAt: each.createdAt / 1000,
  };
}

function countsOf(state: EcsState, revision: Revision) {
  const tasks = tasksOf(state, revision.arn);
  return {
    arn: revision.arn,
    requestedTaskCount: revision.requested,
    runningTaskCount: tasks.filter(({ status }) => status === "RUNNING").length,
    pendingTaskCount: tasks.filter(({ status }) => status === "PROVISIONING" || status === "PENDING").length,
  };
}

function circuitBreaker(service: Service, each: ServiceDeployment) {
  const tripped = circuitBreakerTripped(service, each);
  const watching = each.finishedAt === undefined ? "MONITORING" : "MONITORING_COMPLETE";
  return {
    status: service.circuitBreaker ? (tripped ? "TRIGGERED" : watching) : "DISABLED",
    failureCount: each.failedTasks,
    threshold: circuitBreakerThreshold(service),
  };
}

/** Milliseconds to ECS's seconds; what hasn't happened is left out. */
function dates(times: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(times).flatMap(([name, at]) => (at === undefined ? [] : [[name, at / 1000]])),
  );
}
