import type { Stage } from "./stages.ts";
import type { Service, ServiceDeployment } from "./state.ts";
import { known, revisionsOf, tasksOf, type Work, wake } from "./work.ts";

/** What ECS does on entering a stage. On the way back the same stages undo it. */
export function workOfStage(work: Work, service: Service, deployment: ServiceDeployment, stage: Stage): void {
  const back = deployment.status === "ROLLBACK_IN_PROGRESS";
  const target = known(work.state.revisions, deployment.target);
  switch (stage) {
    case "RECONCILE_SERVICE":
      for (const revision of revisionsOf(work.state, service.arn)) {
        if (revision.arn !== deployment.source) revision.requested = 0;
      }
      break;
    case "SCALE_UP":
      target.requested = service.desiredCount;
      break;
    case "TEST_TRAFFIC_SHIFT":
      deployment.tested = !back;
      shift(work, service, "test", destination(work, deployment));
      break;
    case "PRODUCTION_TRAFFIC_SHIFT":
      deployment.moved = !back;
      shift(work, service, "production", destination(work, deployment));
      break;
    case "CLEAN_UP":
      for (const revision of revisionsOf(work.state, service.arn)) {
        if (revision.arn !== (back ? deployment.source : deployment.target)) revision.requested = 0;
      }
      break;
  }
}

/** The least that a stage takes, in milliseconds; some then wait for tasks and hooks. */
export function stageLength(work: Work, service: Service, stage: Stage): number {
  const { stagePause, trafficShift } = work.state.settings;
  if (stage === "BAKE_TIME") return service.bakeTimeInMinutes * 60_000;
  if (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT") return trafficShift;
  if (stage === "SCALE_UP" || stage === "CLEAN_UP" || stage === "RECONCILE_SERVICE") return 0;
  return stagePause;
}

/** Whether time, tasks and hooks let the deployment leave its stage (or its pending). */
export function stageIsDone(work: Work, deployment: ServiceDeployment): boolean {
  if (deployment.until > work.at) return false;
  if (deployment.hooks.some((hook) => hook.status === "IN_PROGRESS")) return false;
  if (deployment.stage === "SCALE_UP" && deployment.status === "IN_PROGRESS") {
    const healthy = tasksOf(work.state, deployment.target).filter((task) => task.healthy && task.status === "RUNNING");
    return healthy.length >= known(work.state.revisions, deployment.target).requested;
  }
  if (deployment.stage === "CLEAN_UP" || deployment.stage === "RECONCILE_SERVICE") {
    const idle = revisionsOf(work.state, deployment.service).filter((revision) => revision.requested === 0);
    return idle.every((revision) => tasksOf(work.state, revision.arn).length === 0);
  }
  return true;
}

/** The revision that traffic shifts to. */
function destination(work: Work, deployment: ServiceDeployment): string {
  const back = deployment.status === "ROLLBACK_IN_PROGRESS";
  return known(work.state.revisions, back ? deployment.source : deployment.target).targetGroup;
}

/** ECS asks for new weights without a look at those in force: whoever changed the rule meanwhile is overwritten, or mixes the colours. */
function shift(work: Work, service: Service, traffic: "production" | "test", group: string): void {
  const weights = Object.fromEntries(service.targetGroups.map((arn) => [arn, arn === group ? 100 : 0]));
  const rule = traffic === "production" ? service.productionListenerRule : service.testListenerRule;
  const at = work.at + work.state.settings.weightsPropagation;
  service.weights[traffic] = weights;
  service.shifting.push({ rule, weights, at });
  wake(work, at);
}
