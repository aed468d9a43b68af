import { expireHooks, startHooks } from "./hooks.ts";
import { activeAlarms, circuitBreakerExceeded, noRollbackCandidate } from "./reasons.ts";
import { isPointedAt, type Stage, stageIsDone, stageLength, workOfStage } from "./stages.ts";
import type { Service, ServiceDeployment } from "./state.ts";
import { deploymentId, known, note, type Work, wake } from "./work.ts";

/** Moves an open deployment on by one step, if it can. */
export function step(work: Work, service: Service, deployment: ServiceDeployment): boolean {
  expireHooks(work, deployment);
  const failure = failureOf(deployment);
  if (failure !== undefined) {
    rollBack(work, service, deployment, failure);
    return true;
  }
  if (!stageIsDone(work, service, deployment)) return false;
  if (deployment.status === "PENDING") {
    deployment.status = "IN_PROGRESS";
    deployment.startedAt = work.at;
  }
  if (deployment.status === "ROLLBACK_REQUESTED") deployment.status = "ROLLBACK_IN_PROGRESS";
  const next = deployment.own.plan.shift();
  if (next === undefined) finish(work, service, deployment);
  else enter(work, service, deployment, next);
  return true;
}

/**
 * Turns a deployment round: traffic goes back first, then green's tasks end. There is no stage of its own for it; the shift stages
 * are passed again, with their hooks. [unverified]: which stage DescribeServiceDeployments shows meanwhile.
 */
export function rollBack(
  work: Work,
  service: Service,
  deployment: ServiceDeployment,
  reason: string,
  status: "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS" = "ROLLBACK_IN_PROGRESS",
): void {
  const { source, target } = deployment.own;
  note(work, service, `(deployment ${deploymentId(target)}) deployment failed: ${reason}`);
  if (source === undefined) {
    failRollback(work, service, deployment);
    return;
  }
  const green = known(work.state.revisions, target);
  const back: Stage[] = [];
  if (isPointedAt(service, "production", green)) back.push("PRODUCTION_TRAFFIC_SHIFT");
  if (isPointedAt(service, "test", green)) back.push("TEST_TRAFFIC_SHIFT");
  deployment.own.plan = [...back, "CLEAN_UP"];
  deployment.own.until = work.at + (status === "ROLLBACK_REQUESTED" ? work.state.settings.pending : 0);
  wake(work, deployment.own.until);
  deployment.status = status;
  deployment.statusReason = reason;
  deployment.rollback = { reason, startedAt: work.at, serviceRevisionArn: source };
  deployment.lifecycleHookDetails = [];
  deployment.updatedAt = work.at;
}

/** It goes forward, and blue still runs: its tasks end in CLEAN_UP. */
export const canTurnBack = ({ status, lifecycleStage }: ServiceDeployment): boolean =>
  status === "PENDING" || (status === "IN_PROGRESS" && lifecycleStage !== "CLEAN_UP");

/** The end of a deployment, whatever it was. */
export function close(
  work: Work,
  service: Service,
  deployment: ServiceDeployment,
  status: ServiceDeployment["status"],
  statusReason = deployment.statusReason,
): void {
  deployment.status = status;
  if (statusReason !== undefined) deployment.statusReason = statusReason;
  deployment.lifecycleHookDetails = [];
  deployment.finishedAt = deployment.updatedAt = work.at;
  for (const monitor of [deployment.alarms, deployment.deploymentCircuitBreaker])
    if (monitor.status === "MONITORING") monitor.status = "MONITORING_COMPLETE";
  delete service.currentServiceDeployment;
}

/** Why the deployment has to be rolled back, if it has to. */
function failureOf(deployment: ServiceDeployment): string | undefined {
  if (!canTurnBack(deployment)) return undefined;
  const failed = deployment.lifecycleHookDetails.find((hook) => hook.status === "FAILED");
  if (failed) return failed.own.reason;
  if (deployment.deploymentCircuitBreaker.status === "TRIGGERED") return circuitBreakerExceeded;
  return deployment.alarms.status === "TRIGGERED" ? activeAlarms : undefined;
}

function enter(work: Work, service: Service, deployment: ServiceDeployment, stage: Stage): void {
  deployment.lifecycleStage = stage;
  deployment.updatedAt = work.at;
  deployment.own.until = work.at + stageLength(work, service, stage);
  wake(work, deployment.own.until);
  workOfStage(work, service, deployment, stage);
  startHooks(work, service, deployment, stage);
}

function finish(work: Work, service: Service, deployment: ServiceDeployment): void {
  const { source = "", target } = deployment.own;
  const back = deployment.status === "ROLLBACK_IN_PROGRESS";
  service.own.current = back ? source : target;
  // [unverified]: that the service's own task definition goes back only at the end of the rollback.
  if (back) service.taskDefinition = known(work.state.revisions, source).taskDefinition;
  close(work, service, deployment, back ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
  note(work, service, `(deployment ${deploymentId(target)}) ${back ? "rollback" : "deployment"} completed.`);
  note(work, service, "has reached a steady state.");
}

/** [unverified]: what becomes of the tasks. Here they end if no user has met them, and stay if users would be left with nothing. */
function failRollback(work: Work, service: Service, deployment: ServiceDeployment): void {
  const { target } = deployment.own;
  const green = known(work.state.revisions, target);
  if (isPointedAt(service, "production", green)) service.own.current = target;
  else green.own.requested = 0;
  close(work, service, deployment, "ROLLBACK_FAILED", noRollbackCandidate);
  note(work, service, `(deployment ${deploymentId(target)}) rollback has failed. ${noRollbackCandidate}`);
}
