import * as v from "valibot";
import type { Stage } from "./configuration.ts";
import type { Happened, HookPayload } from "./events.ts";
import { type HookReason, hookFailed, hookNotInvoked, hookTimedOut, hookUnparsable } from "./reasons.ts";
import { isPointedAt } from "./stages.ts";
import type { HookRun, Revision, ServiceDeployment } from "./state.ts";
import { later, type Move, moveOf, unique, uuid, type Work, wake } from "./work.ts";

/**
 * Calls the hooks that the service has for the stage now; a rolling service has none. All of them have to succeed before the stage can
 * end. [unverified]: whether a deployment under way hears of hooks that changed since it began; here it does, so that a hook can be
 * gone when its stage comes.
 */
export function startHooks(move: Move, stage: Stage): void {
  const { service, deployment, at } = move;
  const { strategy, lifecycleHooks } = service.deploymentConfiguration;
  const hooks = strategy === "ROLLING" ? [] : lifecycleHooks.filter((hook) => hook.lifecycleStages.includes(stage));
  const runs = hooks.map(
    ({ hookTargetArn, roleArn, hookDetails, timeoutConfiguration }): HookRun => ({
      hookId: `ecs-lambda-${unique(move, 16)}`,
      targetType: "AWS_LAMBDA",
      targetArn: hookTargetArn,
      status: "IN_PROGRESS",
      expiresAt: at + timeoutConfiguration.timeoutInMinutes * 60_000,
      timeoutAction: "ROLLBACK",
      own: { executionId: uuid(move), roleArn, hookDetails },
    }),
  );
  deployment.lifecycleHookDetails = [...deployment.own.failedHooks, ...runs];
  for (const run of runs) {
    call(move, run, at);
    wake(move, run.expiresAt);
  }
}

/** Whether its function is in the middle of something or waits for its next call, a hook that runs out of time has failed. */
export function expireHooks({ at, deployment }: Move): void {
  for (const run of deployment.lifecycleHookDetails)
    if (run.status === "IN_PROGRESS" && run.expiresAt <= at) fail(deployment, run, hookTimedOut, "TIMED_OUT");
}

/** Takes what a hook's function returned. Anything but a `hookStatus` that ECS knows fails the deployment. */
export function hookAnswered(work: Work, { hook, answer, notInvoked }: Happened<"hookAnswered">): void {
  const isAsked = (run: HookRun) => run.hookId === hook && run.status === "IN_PROGRESS";
  const deployment = Object.values(work.state.deployments).find((each) => each.lifecycleHookDetails.some(isAsked));
  const run = deployment?.lifecycleHookDetails.find(isAsked);
  if (!deployment || !run) return;
  const parsed = v.safeParse(answerSchema, answer);
  if (notInvoked !== undefined) fail(deployment, run, hookNotInvoked(notInvoked));
  else if (!parsed.success) fail(deployment, run, hookUnparsable);
  else if (parsed.output.hookStatus === "FAILED") fail(deployment, run, hookFailed);
  else if (parsed.output.hookStatus === "SUCCEEDED") run.status = "SUCCEEDED";
  else {
    const { callBackDelay, hookDetails = run.own.hookDetails } = parsed.output;
    run.own.hookDetails = hookDetails;
    const delay = callBackDelay === undefined ? work.state.settings.callBackDelay : callBackDelay * 1000;
    call(moveOf(work, deployment), run, work.at + delay);
  }
}

const answerSchema = v.object({
  hookStatus: v.picklist(["SUCCEEDED", "FAILED", "IN_PROGRESS"]),
  /** Seconds. */
  callBackDelay: v.optional(v.pipe(v.number(), v.minValue(0))),
  hookDetails: v.optional(v.unknown()),
});

/** On the way back nothing can be refused any more: [unverified], a failed hook is only no longer waited for. */
function fail(
  deployment: ServiceDeployment,
  run: HookRun,
  reason: HookReason,
  status: "FAILED" | "TIMED_OUT" = "FAILED",
): void {
  run.status = status;
  deployment.own.failure = reason(deployment.lifecycleStage ?? "", run.targetArn);
}

function call(move: Move, run: HookRun, at: number): void {
  const { hookId, targetArn, own } = run;
  const payload = payloadOf(move, run);
  later(move, at, { type: "invokeHook", hook: hookId, functionArn: targetArn, roleArn: own.roleArn, payload });
}

function payloadOf(
  { service, deployment, blue, green }: Move,
  { own: { executionId, hookDetails } }: HookRun,
): HookPayload {
  const { serviceDeploymentArn, serviceArn, lifecycleStage = "" } = deployment;
  const weights = (traffic: "production" | "test", ...shifting: string[]): Record<string, number> => {
    if (!shifting.includes(lifecycleStage)) return {};
    const weight = (revision: Revision) => (isPointedAt(service, traffic, revision) ? 100 : 0);
    return Object.fromEntries([green, blue ?? []].flat().map((each) => [each.serviceRevisionArn, weight(each)]));
  };
  return {
    executionId,
    lifecycleStage,
    resourceArn: serviceDeploymentArn,
    executionDetails: {
      serviceArn,
      targetServiceRevisionArn: green.serviceRevisionArn,
      testTrafficWeights: weights("test", "TEST_TRAFFIC_SHIFT"),
      productionTrafficWeights: weights("production", "PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"),
    },
    ...(hookDetails === undefined ? {} : { hookDetails }),
  };
}
