import { noRollbackCandidate } from "./reasons.ts";
import type { Stage } from "./stages.ts";
import type { Service, ServiceDeployment } from "./state.ts";
import { deploymentId, known, note, type Work, wake } from "./work.ts";

/**
 * Turns a deployment round: traffic goes back first, then green's tasks end. There is no stage of its own for it; the shift stages
 * are passed again, with their hooks. [unverified]: which stage DescribeServiceDeployments shows meanwhile.
 */
export function rollBack(work: Work, service: Service, deployment: ServiceDeployment, reason: string): true {
  note(work, service, `(deployment ${deploymentId(deployment.target)}) deployment failed: ${reason}`);
  deployment.updatedAt = work.at;
  deployment.hooks = [];
  if (deployment.source === undefined) return failRollback(work, service, deployment);
  const back: Stage[] = [];
  if (deployment.moved) back.push("PRODUCTION_TRAFFIC_SHIFT");
  if (deployment.tested) back.push("TEST_TRAFFIC_SHIFT");
  deployment.plan = [...back, "CLEAN_UP"];
  deployment.status = "ROLLBACK_IN_PROGRESS";
  deployment.statusReason = reason;
  deployment.rollback = { reason, startedAt: work.at, serviceRevisionArn: deployment.source };
  deployment.until = work.at;
  return true;
}

/** StopServiceDeployment: the same, but requested first. */
export function requestRollback(work: Work, service: Service, deployment: ServiceDeployment, reason: string): void {
  rollBack(work, service, deployment, reason);
  if (deployment.status !== "ROLLBACK_IN_PROGRESS") return;
  deployment.status = "ROLLBACK_REQUESTED";
  deployment.until = work.at + work.state.settings.pending;
  wake(work, deployment.until);
}

/** [unverified]: that the service's own task definition goes back only at the end of the rollback. */
export function finishRollback(work: Work, service: Service, deployment: ServiceDeployment): void {
  const source = known(work.state.revisions, deployment.source);
  deployment.status = "ROLLBACK_SUCCESSFUL";
  service.current = source.arn;
  service.taskDefinition = source.taskDefinition;
  note(work, service, `(deployment ${deploymentId(deployment.target)}) rollback completed.`);
}

/** [unverified]: what becomes of the tasks. Here they end if no user has met them, and stay if users would be left with nothing. */
function failRollback(work: Work, service: Service, deployment: ServiceDeployment): true {
  deployment.status = "ROLLBACK_FAILED";
  deployment.statusReason = noRollbackCandidate;
  deployment.finishedAt = work.at;
  delete service.open;
  if (deployment.moved) service.current = deployment.target;
  else known(work.state.revisions, deployment.target).requested = 0;
  note(work, service, `(deployment ${deploymentId(deployment.target)}) rollback has failed. ${noRollbackCandidate}`);
  return true;
}
