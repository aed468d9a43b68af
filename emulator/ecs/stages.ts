import type { Stage } from "./configuration.ts";
import type { ScheduledEffect } from "./events.ts";
import type { Revision, Service } from "./state.ts";
import { later, type Move, revisionsOf, tasksOf } from "./work.ts";

/** What ECS does on entering a stage. On the way back the same stages undo it. */
export function workOfStage(move: Move, stage: Stage): void {
  const { service, deployment, blue, green } = move;
  const heir = deployment.status === "ROLLBACK_IN_PROGRESS" && blue ? blue : green;
  if (stage === "RECONCILE_SERVICE") keepOnly(move, blue);
  if (stage === "SCALE_UP") green.own.requested = service.desiredCount;
  if (stage === "TEST_TRAFFIC_SHIFT") shift(move, "test", heir);
  if (stage === "PRODUCTION_TRAFFIC_SHIFT") shift(move, "production", heir);
  if (stage === "CLEAN_UP") keepOnly(move, heir);
}

/** The least that a stage takes, in milliseconds; some then wait for tasks and hooks. */
export function stageLength({ state, service }: Move, stage: Stage): number {
  const { stagePause, trafficShift } = state.settings;
  if (stage === "BAKE_TIME") return service.deploymentConfiguration.bakeTimeInMinutes * 60_000;
  if (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT") return trafficShift;
  if (stage === "SCALE_UP" || stage === "CLEAN_UP" || stage === "RECONCILE_SERVICE") return 0;
  return stagePause;
}

/** Whether time, tasks and hooks let the deployment leave its stage (or its pending). */
export function stageIsDone({ state, at, service, deployment, green }: Move): boolean {
  const { lifecycleStage: stage, lifecycleHookDetails, status, own } = deployment;
  if (own.until > at) return false;
  if (lifecycleHookDetails.some((hook) => hook.status === "IN_PROGRESS")) return false;
  if (stage === "SCALE_UP" && status === "IN_PROGRESS") {
    const healthy = tasksOf(state, green).filter((task) => task.healthy && task.status === "RUNNING");
    return healthy.length >= green.own.requested;
  }
  if (stage === "CLEAN_UP" || stage === "RECONCILE_SERVICE") {
    const unwanted = revisionsOf(state, service).filter((revision) => revision.own.requested === 0);
    return unwanted.every((revision) => tasksOf(state, revision).length === 0);
  }
  return true;
}

/** What ECS last asked of a rule is that all its traffic goes to this revision's colour. */
export const isPointedAt = (service: Service, traffic: "production" | "test", revision: Revision): boolean =>
  service.own[traffic] === revision.own.colour;

function keepOnly({ state, service }: Move, kept: Revision | undefined): void {
  for (const revision of revisionsOf(state, service)) if (revision !== kept) revision.own.requested = 0;
}

/** ECS asks for new weights without a look at those in force: whoever changed the rule meanwhile is overwritten, or mixes the colours. */
function shift(move: Move, traffic: "production" | "test", revision: Revision): void {
  move.service.own[traffic] = revision.own.colour;
  later(move, move.at + move.state.settings.weightsPropagation, weightsOf(move.service, traffic));
}

/** What ECS last asked of one of the service's two rules. */
export function weightsOf({ loadBalancers, own }: Service, traffic: "production" | "test"): ScheduledEffect {
  const [{ targetGroupArn, advancedConfiguration }] = loadBalancers;
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advancedConfiguration;
  const groups = [targetGroupArn, alternateTargetGroupArn];
  const weights = Object.fromEntries(groups.map((arn) => [arn, arn === own[traffic] ? 100 : 0]));
  return { type: "weights", rule: traffic === "production" ? productionListenerRule : testListenerRule, weights };
}
