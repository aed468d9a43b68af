import * as v from "valibot";
import type { EcsEvent, HookPayload } from "./events.ts";
import { hookFailed, hookTimedOut, hookUnparsable } from "./reasons.ts";
import type { Stage } from "./stages.ts";
import type { HookRun, Service, ServiceDeployment } from "./state.ts";
import { known, unique, uuid, type Work, wake } from "./work.ts";

/** Calls the stage's hooks. All of them have to succeed before the stage can end. */
export function startHooks(work: Work, service: Service, deployment: ServiceDeployment, stage: Stage): void {
  deployment.hooks = service.lifecycleHooks
    .filter((hook) => hook.lifecycleStages.includes(stage))
    .map((hook) => ({
      id: `ecs-lambda-${unique(work, 16)}`,
      executionId: uuid(work),
      hook,
      status: "IN_PROGRESS",
      ...(hook.hookDetails === undefined ? {} : { details: hook.hookDetails }),
      callAt: work.at,
      expiresAt: work.at + hook.timeoutInMinutes * 60_000,
    }));
}

/** Calls each hook whose turn has come. */
export function callDueHooks(work: Work, deployment: ServiceDeployment): void {
  for (const run of deployment.hooks) {
    if (run.callAt === undefined || run.callAt > work.at) continue;
    delete run.callAt;
    work.effects.push({
      type: "invokeHook",
      hook: run.id,
      functionArn: run.hook.hookTargetArn,
      roleArn: run.hook.roleArn,
      payload: payloadOf(work, deployment, run),
    });
  }
}

/** Takes what a hook's function returned. Anything but a `hookStatus` that ECS knows fails the deployment. */
export function takeHookAnswer(work: Work, event: Extract<EcsEvent, { type: "hookAnswered" }>): void {
  const deployment = Object.values(work.state.deployments).find(({ hooks }) =>
    hooks.some(({ id }) => id === event.hook),
  );
  const run = deployment?.hooks.find(({ id }) => id === event.hook);
  if (!deployment?.stage || run?.status !== "IN_PROGRESS" || run.callAt !== undefined) return;
  const { stage } = deployment;
  const target = run.hook.hookTargetArn;
  const parsed = v.safeParse(answerSchema, event.error === undefined ? event.answer : undefined);
  if (!parsed.success) fail(run, hookUnparsable(stage, target));
  else if (parsed.output.hookStatus === "FAILED") fail(run, hookFailed(stage, target));
  else if (parsed.output.hookStatus === "SUCCEEDED") run.status = "SUCCEEDED";
  else callAgain(work, run, stage, parsed.output);
}

const answerSchema = v.object({
  hookStatus: v.picklist(["SUCCEEDED", "FAILED", "IN_PROGRESS"]),
  /** Seconds. */
  callBackDelay: v.optional(v.pipe(v.number(), v.minValue(0))),
  hookDetails: v.optional(v.unknown()),
});

function callAgain(work: Work, run: HookRun, stage: Stage, answer: v.InferOutput<typeof answerSchema>): void {
  const delay = answer.callBackDelay === undefined ? work.state.settings.callBackDelay : answer.callBackDelay * 1000;
  if (answer.hookDetails !== undefined) run.details = answer.hookDetails;
  run.callAt = work.at + delay;
  if (run.callAt >= run.expiresAt) fail(run, hookTimedOut(stage));
  else wake(work, run.callAt);
}

/** On the way back nothing can be refused any more: [unverified], a failed hook is only no longer waited for. */
function fail(run: HookRun, reason: string): void {
  run.status = "FAILED";
  run.reason = reason;
  delete run.callAt;
}

function payloadOf(work: Work, deployment: ServiceDeployment, run: HookRun): HookPayload {
  const stage = deployment.stage ?? "";
  return {
    executionId: run.executionId,
    lifecycleStage: stage,
    resourceArn: deployment.arn,
    executionDetails: {
      serviceArn: deployment.service,
      targetServiceRevisionArn: deployment.target,
      testTrafficWeights: stage === "TEST_TRAFFIC_SHIFT" ? weightsOf(work, deployment, "test") : {},
      productionTrafficWeights: ["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"].includes(stage)
        ? weightsOf(work, deployment, "production")
        : {},
    },
    ...(run.details === undefined ? {} : { hookDetails: run.details }),
  };
}

function weightsOf(work: Work, deployment: ServiceDeployment, traffic: "production" | "test"): Record<string, number> {
  const weights = known(work.state.services, deployment.service).weights[traffic];
  const revisions = [deployment.target, ...(deployment.source === undefined ? [] : [deployment.source])];
  return Object.fromEntries(revisions.map((arn) => [arn, weights[known(work.state.revisions, arn).targetGroup] ?? 0]));
}
