import type { Stage } from "./configuration.ts";
import { expireHooks, startHooks } from "./hooks.ts";
import { noRollbackCandidate } from "./reasons.ts";
import { isPointedAt, stageIsDone, stageLength, workOfStage } from "./stages.ts";
import type { ServiceDeployment } from "./state.ts";
import { deploymentId, type Move, note, wake } from "./work.ts";

/** Moves an open deployment on by one step, if it can. */
export function step(move: Move): boolean {
  const { deployment, at } = move;
  expireHooks(move);
  if (deployment.own.failure !== undefined && canTurnBack(deployment)) {
    rollBack(move, deployment.own.failure);
    return true;
  }
  if (!stageIsDone(move)) return false;
  if (deployment.status === "PENDING") {
    deployment.status = "IN_PROGRESS";
    deployment.startedAt = at;
  }
  if (deployment.status === "ROLLBACK_REQUESTED") deployment.status = "ROLLBACK_IN_PROGRESS";
  const next = deployment.own.plan.shift();
  if (next === undefined) finish(move);
  else enter(move, next);
  return true;
}

type GoingBack = "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS";

/**
 * Turns a deployment round: traffic goes back first, then green's tasks end. There is no stage of its own for it; the shift stages
 * are passed again, with their hooks. [unverified]: which stage DescribeServiceDeployments shows meanwhile, and that
 * `lifecycleHookDetails` shows the hook that failed or timed out from then on, beyond the end of the deployment.
 */
export function rollBack(move: Move, reason: string, status: GoingBack = "ROLLBACK_IN_PROGRESS"): void {
  const { state, at, service, deployment, blue, green } = move;
  tell(move, `deployment failed: ${reason}`);
  deployment.own.failedHooks = deployment.lifecycleHookDetails.filter(
    ({ status }) => status === "FAILED" || status === "TIMED_OUT",
  );
  deployment.lifecycleHookDetails = deployment.own.failedHooks;
  if (blue === undefined) {
    failRollback(move);
    return;
  }
  const back: Stage[] = [];
  if (isPointedAt(service, "production", green)) back.push("PRODUCTION_TRAFFIC_SHIFT");
  if (isPointedAt(service, "test", green)) back.push("TEST_TRAFFIC_SHIFT");
  deployment.own.plan = [...back, "CLEAN_UP"];
  deployment.own.until = at + (status === "ROLLBACK_REQUESTED" ? state.settings.pending : 0);
  wake(move, deployment.own.until);
  deployment.status = status;
  deployment.statusReason = reason;
  deployment.rollback = { reason, startedAt: at, serviceRevisionArn: blue.serviceRevisionArn };
}

/** It goes forward, and blue still runs: its tasks end in CLEAN_UP. */
export const canTurnBack = ({ status, lifecycleStage }: ServiceDeployment): boolean =>
  status === "PENDING" || (status === "IN_PROGRESS" && lifecycleStage !== "CLEAN_UP");

/** The end of a deployment, whatever it was. */
export function close({ at, service, deployment }: Move, status: ServiceDeployment["status"], reason?: string): void {
  deployment.status = status;
  if (reason !== undefined) deployment.statusReason = reason;
  deployment.lifecycleHookDetails = deployment.own.failedHooks;
  deployment.finishedAt = at;
  for (const monitor of [deployment.alarms, deployment.deploymentCircuitBreaker])
    if (monitor.status === "MONITORING") monitor.status = "MONITORING_COMPLETE";
  delete service.currentServiceDeployment;
}

function enter(move: Move, stage: Stage): void {
  const { deployment, at } = move;
  deployment.lifecycleStage = stage;
  deployment.own.until = at + stageLength(move, stage);
  wake(move, deployment.own.until);
  workOfStage(move, stage);
  startHooks(move, stage);
}

function finish(move: Move): void {
  const { service, deployment, blue, green } = move;
  const back = deployment.status === "ROLLBACK_IN_PROGRESS" ? blue : undefined;
  service.own.current = (back ?? green).serviceRevisionArn;
  // [unverified]: that the service's own task definition goes back only at the end of the rollback.
  if (back) service.taskDefinition = back.taskDefinition;
  close(move, back ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
  tell(move, back ? "rollback completed." : "deployment completed.");
  note(move, service, "has reached a steady state.");
}

/** [unverified]: what becomes of the tasks. Here they end if no user has met them, and stay if users would be left with nothing. */
function failRollback(move: Move): void {
  const { service, green } = move;
  if (isPointedAt(service, "production", green)) service.own.current = green.serviceRevisionArn;
  else green.own.requested = 0;
  close(move, "ROLLBACK_FAILED", noRollbackCandidate);
  tell(move, `rollback has failed. ${noRollbackCandidate}`);
}

const tell = (move: Move, message: string): void =>
  note(move, move.service, `(deployment ${deploymentId(move.green)}) ${message}`);
