import { circuitBreakerTripped } from "./circuitBreaker.ts";
import { startHooks } from "./hooks.ts";
import { circuitBreakerExceeded, superseded } from "./reasons.ts";
import { finishRollback, rollBack } from "./rollback.ts";
import { stages } from "./stages.ts";
import { stageIsDone, stageLength, workOfStage } from "./stageWork.ts";
import type { Service, ServiceDeployment } from "./state.ts";
import { deploymentId, note, revisionsOf, tasksOf, unique, type Work, wake } from "./work.ts";

/**
 * Opens a deployment of the service's task definition, from the revision that users have to a new one in the colour that they don't
 * have: the first one goes to the alternate group, because production starts on the other; from then on they alternate.
 */
export function openNew(work: Work, service: Service, source: string | undefined): ServiceDeployment {
  const path = service.arn.replace(":service/", ":service-revision/");
  const target = `${path}/${BigInt(`0x${unique(work, 16)}`)}`;
  const [first, alternate] = service.targetGroups;
  work.state.revisions[target] = {
    arn: target,
    service: service.arn,
    taskDefinition: service.taskDefinition,
    targetGroup: (service.weights.production[first] ?? 0) > 0 ? alternate : first,
    createdAt: work.at,
    requested: 0,
  };
  const deployment: ServiceDeployment = {
    arn: `${service.arn.replace(":service/", ":service-deployment/")}/${unique(work, 21)}`,
    service: service.arn,
    ...(source === undefined ? {} : { source }),
    target,
    status: "PENDING",
    plan: stages.filter((stage) => stage !== "RECONCILE_SERVICE" || hasLeftovers(work, service, source)),
    until: work.at + work.state.settings.pending,
    hooks: [],
    tested: false,
    moved: false,
    failedTasks: 0,
    createdAt: work.at,
    updatedAt: work.at,
  };
  work.state.deployments[deployment.arn] = deployment;
  service.open = deployment.arn;
  wake(work, deployment.until);
  return deployment;
}

/** Moves an open deployment on by one step, if it can. */
export function step(work: Work, service: Service, deployment: ServiceDeployment): boolean {
  const failed = deployment.hooks.find((hook) => hook.status === "FAILED");
  if (deployment.status === "IN_PROGRESS") {
    if (failed?.reason) return rollBack(work, service, deployment, failed.reason);
    if (circuitBreakerTripped(service, deployment)) return rollBack(work, service, deployment, circuitBreakerExceeded);
  }
  if (!stageIsDone(work, deployment)) return false;
  if (deployment.status === "PENDING") {
    deployment.status = "IN_PROGRESS";
    deployment.startedAt = work.at;
  }
  if (deployment.status === "ROLLBACK_REQUESTED") deployment.status = "ROLLBACK_IN_PROGRESS";
  deployment.updatedAt = work.at;
  const next = deployment.plan.shift();
  if (next === undefined) return finish(work, service, deployment);
  deployment.stage = next;
  deployment.until = work.at + stageLength(work, service, next);
  if (deployment.until > work.at) wake(work, deployment.until);
  workOfStage(work, service, deployment, next);
  startHooks(work, service, deployment, next);
  return true;
}

/** Ends an open deployment because a newer one takes over. [unverified]: AWS says that a new deployment supersedes, not how. */
export function supersede(work: Work, service: Service, deployment: ServiceDeployment): void {
  deployment.status = "STOPPED";
  deployment.statusReason = superseded;
  deployment.hooks = [];
  deployment.stoppedAt = deployment.finishedAt = deployment.updatedAt = work.at;
  if (deployment.moved) service.current = deployment.target;
  delete service.open;
}

function finish(work: Work, service: Service, deployment: ServiceDeployment): true {
  deployment.finishedAt = work.at;
  delete service.open;
  if (deployment.status === "ROLLBACK_IN_PROGRESS") {
    finishRollback(work, service, deployment);
  } else {
    deployment.status = "SUCCESSFUL";
    service.current = deployment.target;
    note(work, service, `(deployment ${deploymentId(deployment.target)}) deployment completed.`);
  }
  note(work, service, "has reached a steady state.");
  return true;
}

/** More than one revision is active: an earlier deployment was stopped half-way. */
function hasLeftovers(work: Work, service: Service, source: string | undefined): boolean {
  return revisionsOf(work.state, service.arn).some(
    ({ arn, requested }) => arn !== source && (requested > 0 || tasksOf(work.state, arn).length > 0),
  );
}
