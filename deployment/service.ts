import type { Service } from "@aws-sdk/client-ecs";
import { type ListedDeployment, listDeployments, readTaskDefinitions } from "./deployments.ts";
import { type Plan, request } from "./plan.ts";
import type { DeploymentSettings } from "./settings.ts";

/** A service revision of which ECS keeps tasks. */
export interface WantedRevision {
  /** Its own ARN. */
  revision: string;
  /** Absent where ECS no longer knows it. */
  taskDefinition: string | undefined;
  /** Running tasks. */
  runs: number;
}

/** All that ECS says of the service now. */
export interface ServiceState {
  service: Service;
  /**
   * By revisions, because what `taskDefinition` of the service shows after a rollback is unconfirmed on AWS. Two while a deployment
   * is under way, else one; none where the service wants no tasks.
   */
  revisions: WantedRevision[];
  deployments: ListedDeployment[];
}

/** The list lags, so what the service is asked for is read after it. Throws where there is no such service. */
export function* readService(settings: DeploymentSettings): Plan<ServiceState> {
  const deployments = yield* listDeployments(settings);
  const service = yield* describeService(settings);
  return { service, revisions: yield* readRevisions(service), deployments };
}

function* describeService({ CLUSTER, SERVICE }: DeploymentSettings): Plan<Service> {
  const { services, failures } = yield* request("DescribeServices", { cluster: CLUSTER, services: [SERVICE] });
  const service = services?.[0];
  if (service) return service;
  throw new Error(
    `deployment: there is no service ${SERVICE} in cluster ${CLUSTER} (${failures?.[0]?.reason ?? "not found"})`,
  );
}

function* readRevisions({ currentServiceRevisions = [] }: Service): Plan<WantedRevision[]> {
  const revisions = currentServiceRevisions.filter((each) => each.requestedTaskCount !== 0);
  const taskDefinitions = yield* readTaskDefinitions(revisions.flatMap((each) => each.arn ?? []));
  return revisions.map(({ arn = "", runningTaskCount = 0 }) => ({
    revision: arn,
    taskDefinition: taskDefinitions.get(arn),
    runs: runningTaskCount,
  }));
}

/** Nothing but that one is wanted. */
export const consistsOf = (revisions: WantedRevision[], taskDefinition: string | undefined): boolean =>
  revisions.length > 0 && revisions.every((each) => each.taskDefinition === taskDefinition);

/**
 * Asks ECS for this task definition. ECS starts no deployment where the service has it already, unless it is forced to.
 */
export function* updateService(
  settings: DeploymentSettings,
  service: Service,
  taskDefinition: string,
  { force = false } = {},
): Plan<void> {
  yield* request("UpdateService", {
    cluster: settings.CLUSTER,
    service: settings.SERVICE,
    taskDefinition,
    ...(force ? { forceNewDeployment: true } : {}),
    // Only the first release brings tasks; later the count belongs to whoever scales the service.
    ...(service.desiredCount === 0 ? { desiredCount: settings.TASKS } : {}),
  });
}
