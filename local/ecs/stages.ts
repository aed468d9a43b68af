import type { Revision, Service, ServiceDeployment } from "./state.ts";
import { known, later, revisionsOf, tasksOf, type Work } from "./work.ts";

/**
 * The lifecycle stages of a blue/green deployment, in order. RECONCILE_SERVICE happens only when a new deployment finds more than
 * one active revision. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export const stages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
] as const;

export type Stage = (typeof stages)[number];

/** Stages that a hook may be put on: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html */
export const hookStages: readonly string[] = stages.filter(
  (stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage),
);

/** What ECS does on entering a stage. On the way back the same stages undo it. */
export function workOfStage(work: Work, service: Service, deployment: ServiceDeployment, stage: Stage): void {
  const { source, target } = deployment.own;
  const destination = deployment.status === "ROLLBACK_IN_PROGRESS" ? source : target;
  if (stage === "RECONCILE_SERVICE") keepOnly(work, service, source);
  if (stage === "SCALE_UP") known(work.state.revisions, target).own.requested = service.desiredCount;
  if (stage === "TEST_TRAFFIC_SHIFT") shift(work, service, "test", destination);
  if (stage === "PRODUCTION_TRAFFIC_SHIFT") shift(work, service, "production", destination);
  if (stage === "CLEAN_UP") keepOnly(work, service, destination);
}

/** The least that a stage takes, in milliseconds; some then wait for tasks and hooks. */
export function stageLength(work: Work, { deploymentConfiguration }: Service, stage: Stage): number {
  const { stagePause, trafficShift } = work.state.settings;
  if (stage === "BAKE_TIME") return deploymentConfiguration.bakeTimeInMinutes * 60_000;
  if (stage === "TEST_TRAFFIC_SHIFT" || stage === "PRODUCTION_TRAFFIC_SHIFT") return trafficShift;
  if (stage === "SCALE_UP" || stage === "CLEAN_UP" || stage === "RECONCILE_SERVICE") return 0;
  return stagePause;
}

/** Whether time, tasks and hooks let the deployment leave its stage (or its pending). */
export function stageIsDone(work: Work, service: Service, deployment: ServiceDeployment): boolean {
  const { lifecycleStage: stage, lifecycleHookDetails, status, own } = deployment;
  if (own.until > work.at) return false;
  if (lifecycleHookDetails.some((hook) => hook.status === "IN_PROGRESS")) return false;
  if (stage === "SCALE_UP" && status === "IN_PROGRESS") {
    const target = known(work.state.revisions, own.target);
    const healthy = tasksOf(work.state, target).filter((task) => task.healthy && task.status === "RUNNING");
    return healthy.length >= target.own.requested;
  }
  if (stage === "CLEAN_UP" || stage === "RECONCILE_SERVICE") {
    const unwanted = revisionsOf(work.state, service).filter((revision) => revision.own.requested === 0);
    return unwanted.every((revision) => tasksOf(work.state, revision).length === 0);
  }
  return true;
}

/** What ECS last asked of a rule is that all its traffic goes to this revision's colour. */
export const isPointedAt = (service: Service, traffic: "production" | "test", revision: Revision): boolean =>
  service.own[traffic] === revision.own.colour;

function keepOnly(work: Work, service: Service, kept: string | undefined): void {
  for (const revision of revisionsOf(work.state, service))
    if (revision.serviceRevisionArn !== kept) revision.own.requested = 0;
}

/** ECS asks for new weights without a look at those in force: whoever changed the rule meanwhile is overwritten, or mixes the colours. */
function shift(work: Work, service: Service, traffic: "production" | "test", revision = ""): void {
  const { colour } = known(work.state.revisions, revision).own;
  const [{ targetGroupArn, advancedConfiguration }] = service.loadBalancers;
  const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = advancedConfiguration;
  const weights = Object.fromEntries(
    [targetGroupArn, alternateTargetGroupArn].map((arn) => [arn, arn === colour ? 100 : 0]),
  );
  const rule = traffic === "production" ? productionListenerRule : testListenerRule;
  service.own[traffic] = colour;
  later(work, work.at + work.state.settings.weightsPropagation, { type: "weights", rule, weights });
}
