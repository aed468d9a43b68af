import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import { deployIfNeeded } from "./begin.ts";
import { deploymentConfiguration, type LoadBalancers, loadBalancers, routingOf } from "./configuration.ts";
import { clusterName, findService, operation, serviceIn } from "./operation.ts";
import type { EcsState, Revision, Service, ServiceDeployment, TaskDefinition } from "./state.ts";
import { findTaskDefinition } from "./taskDefinitions.ts";
import { countsOf, deploymentId, known, revisionsOf, tasksOf, type Work } from "./work.ts";

export const serviceOperations = {
  /**
   * New load balancers and `forceNewDeployment` start a deployment, a new deployment configuration doesn't. [unverified]: members that a
   * deployment configuration leaves out stay as they are.
   */
  UpdateService: operation(
    v.strictObject({
      cluster: clusterName,
      service: v.string(),
      taskDefinition: v.optional(v.string()),
      desiredCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      forceNewDeployment: v.optional(v.boolean(), false),
      deploymentConfiguration: v.optional(v.partial(deploymentConfiguration)),
      loadBalancers: v.optional(loadBalancers),
    }),
    (work, { cluster, service: name, taskDefinition, desiredCount, forceNewDeployment, ...given }) => {
      const service = serviceIn(work, cluster, name);
      const { loadBalancers = service.loadBalancers } = given;
      const found = findTaskDefinition(work, taskDefinition ?? service.taskDefinition, "TaskDefinition not found.");
      if (taskDefinition !== undefined && isGone(work, found))
        throw new AwsError("ClientException", "TaskDefinition is inactive");
      checkContainer(loadBalancers, found);
      if (given.loadBalancers) checkRouting(work.state, given.loadBalancers);
      service.taskDefinition = found.taskDefinitionArn;
      if (desiredCount !== undefined) rescale(work, service, desiredCount);
      Object.assign(service.deploymentConfiguration, given.deploymentConfiguration);
      const rerouted = JSON.stringify(routingOf(loadBalancers)) !== JSON.stringify(routingOf(service.loadBalancers));
      service.loadBalancers = loadBalancers;
      deployIfNeeded(work, service, forceNewDeployment || rerouted);
      return { service: view(work.state, service) };
    },
  ),

  DescribeServices: operation(
    v.strictObject({ cluster: clusterName, services: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10)) }),
    (work, { cluster, services }) => {
      const found = services.map((name) => ({ name, service: findService(work, cluster, name) }));
      return {
        services: found.flatMap(({ service }) => (service ? [view(work.state, service)] : [])),
        failures: found.flatMap(({ name, service }) => (service ? [] : [{ arn: name, reason: "MISSING" }])),
      };
    },
  ),
};

function checkContainer([{ containerName }]: LoadBalancers, { containerDefinitions }: TaskDefinition): void {
  if (containerDefinitions.some(({ name }) => name === containerName)) return;
  const message = `The container ${containerName} does not exist in the task definition.`;
  throw new AwsError("InvalidParameterException", message);
}

function checkRouting({ routing }: EcsState, loadBalancers: LoadBalancers): void {
  const stranger = routingOf(loadBalancers).find((arn) => !routing.includes(arn));
  if (stranger === undefined) return;
  const message = `loadBalancers: ${stranger} is no target group or listener rule that a service was created with`;
  throw new AwsError("InvalidParameterException", message);
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
  const primary = primaryOf(state, service);
  const active = revisionsOf(state, service)
    .filter((each) => each.serviceRevisionArn === primary || each.own.requested > 0 || tasksOf(state, each).length > 0)
    .toSorted((a, b) => Number(b.serviceRevisionArn === primary) - Number(a.serviceRevisionArn === primary));
  const counts = active.map((revision) => countsOf(state, revision));
  return {
    ...service,
    status: "ACTIVE",
    runningCount: counts.reduce((sum, { runningTaskCount }) => sum + runningTaskCount, 0),
    pendingCount: counts.reduce((sum, { pendingTaskCount }) => sum + pendingTaskCount, 0),
    currentServiceRevisions: counts,
    deployments:
      active.length === 0
        ? [asCreated(service)]
        : active.map((each) => deploymentView(state, each, each.serviceRevisionArn === primary)),
  };
}

/** [unverified]: that a blue/green deployment under way is PRIMARY, and while it rolls back its source. */
function primaryOf({ deployments }: EcsState, { currentServiceDeployment: open, own }: Service): string | undefined {
  if (open === undefined) return own.current;
  const { status, own: deployment } = known(deployments, open);
  return status.startsWith("ROLLBACK") ? deployment.source : deployment.target;
}

/** One of the service's `deployments`, which are older than its service deployments and say less. */
function deploymentView(state: EcsState, revision: Revision, isPrimary: boolean): object {
  const brought: Partial<ServiceDeployment> | undefined = Object.values(state.deployments).find(
    ({ own }) => own.target === revision.serviceRevisionArn,
  );
  const { status = "SUCCESSFUL", createdAt = revision.createdAt, startedAt = createdAt, finishedAt } = brought ?? {};
  const { requestedTaskCount, runningTaskCount, pendingTaskCount } = countsOf(state, revision);
  const isOpen = status === "PENDING" || status === "IN_PROGRESS";
  return {
    id: deploymentId(revision),
    status: isPrimary ? "PRIMARY" : "ACTIVE",
    taskDefinition: revision.taskDefinition,
    desiredCount: requestedTaskCount,
    runningCount: runningTaskCount,
    pendingCount: pendingTaskCount,
    createdAt,
    updatedAt: finishedAt ?? startedAt,
    rolloutState: isOpen ? "IN_PROGRESS" : status === "SUCCESSFUL" ? "COMPLETED" : "FAILED",
  };
}

/** AWS shows a deployment of a service that has never had a task; the model has none, as `deployIfNeeded` says. */
const asCreated = ({ taskDefinition, createdAt }: Service): object => ({
  id: `ecs-svc/${createdAt}`,
  status: "PRIMARY",
  taskDefinition,
  desiredCount: 0,
  runningCount: 0,
  pendingCount: 0,
  createdAt,
  updatedAt: createdAt,
  rolloutState: "COMPLETED",
});
