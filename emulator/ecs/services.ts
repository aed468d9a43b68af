import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import { deployIfNeeded } from "./begin.ts";
import { operation } from "./operation.ts";
import type { EcsState, Service, TaskDefinition } from "./state.ts";
import { findTaskDefinition } from "./taskDefinitions.ts";
import { countsOf, known, revisionsOf, tasksOf, type Work } from "./work.ts";

const cluster = v.optional(v.string(), "default");

export const serviceOperations = {
  UpdateService: operation(
    v.strictObject({
      cluster,
      service: v.string(),
      taskDefinition: v.optional(v.string()),
      desiredCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    }),
    (work, { cluster, service: name, taskDefinition, desiredCount }) => {
      const service = serviceIn(work, cluster, name);
      if (taskDefinition !== undefined) {
        const found = findTaskDefinition(work, taskDefinition, "TaskDefinition not found.");
        if (isGone(work, found)) throw new AwsError("ClientException", "TaskDefinition is inactive");
        service.taskDefinition = found.taskDefinitionArn;
      }
      if (desiredCount !== undefined) rescale(work, service, desiredCount);
      deployIfNeeded(work, service);
      return { service: view(work.state, service) };
    },
  ),

  DescribeServices: operation(
    v.strictObject({ cluster, services: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10)) }),
    (work, { cluster, services }) => {
      const found = services.map((name) => ({ name, service: findService(work, cluster, name) }));
      return {
        services: found.flatMap(({ service }) => (service ? [view(work.state, service)] : [])),
        failures: found.flatMap(({ name, service }) => (service ? [] : [{ arn: name, reason: "MISSING" }])),
      };
    },
  ),
};

/** Cluster and service by name or ARN. Throws ClusterNotFoundException and ServiceNotFoundException. */
export function serviceIn(work: Work, cluster: string, name: string): Service {
  const found = findService(work, cluster, name);
  if (found === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return found;
}

function findService({ state }: Work, cluster: string, name: string): Service | undefined {
  const home = Object.values(state.clusters).find((each) => [each.clusterArn, each.clusterName].includes(cluster));
  if (home === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  const here = Object.values(state.services).filter((each) => each.clusterArn === home.clusterArn);
  return here.find((each) => [each.serviceArn, each.serviceName].includes(name));
}

const isGone = ({ at, state }: Work, { status, deregisteredAt = 0 }: TaskDefinition): boolean =>
  status === "INACTIVE" && at - deregisteredAt >= state.settings.inactiveGrace;

/** A new desired count holds for the revision that users have, and for one that is already scaled up. */
function rescale(work: Work, service: Service, desiredCount: number): void {
  service.desiredCount = desiredCount;
  const quiet = service.currentServiceDeployment === undefined;
  for (const { serviceRevisionArn, own } of revisionsOf(work.state, service))
    if (own.requested > 0 || (quiet && serviceRevisionArn === service.own.current)) own.requested = desiredCount;
}

function view(state: EcsState, service: Service): object {
  const open = service.currentServiceDeployment;
  const primary = open === undefined ? service.own.current : known(state.deployments, open).own.target;
  const active = revisionsOf(state, service).filter(
    (each) => each.serviceRevisionArn === primary || each.own.requested > 0 || tasksOf(state, each).length > 0,
  );
  const counts = active.map((revision) => countsOf(state, revision));
  return {
    ...service,
    status: "ACTIVE",
    runningCount: counts.reduce((sum, { runningTaskCount }) => sum + runningTaskCount, 0),
    pendingCount: counts.reduce((sum, { pendingTaskCount }) => sum + pendingTaskCount, 0),
    currentServiceRevisions: counts,
  };
}
