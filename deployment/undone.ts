import type { DeploymentLifecycleHookDetail, Service } from "@aws-sdk/client-ecs";
import type { ChangeFailure } from "../contract/ends.ts";
import type { AdmissionReport } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import { describe, type ListedDeployment, millisecondsOf } from "./deployments.ts";
import { readReport } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import type { DeploymentSettings } from "./settings.ts";
import { describeTaskEnd } from "./taskEnds.ts";

export interface Undoing {
  failure: ChangeFailure;
  why: string;
}

/**
 * Why ECS undid a deployment, by ECS's fields and the hook's report and not by ECS's text. The report shows whether users can have met
 * the release: nothing gets to them before the hook has admitted it, and ECS keeps no history of stages.
 */
export function* explainUndone(
  settings: DeploymentSettings,
  deployment: ListedDeployment,
  newer: ListedDeployment | undefined,
  service: Service,
): Plan<Undoing> {
  const report = yield* readReport(settings.LEDGER, deployment.serviceDeploymentArn);
  if (report && !report.admitted) return explainRefusal(report);
  const failedHook = explainHook(settings, deployment);
  if (failedHook) return { failure: "Refused", why: failedHook };

  const failure = report ? "RolledBackByEcs" : "DeployFailed";
  const { alarms, deploymentCircuitBreaker: breaker } = deployment;
  if (alarms?.status === "TRIGGERED") {
    const names = (alarms.triggeredAlarmNames ?? []).map((name) => lineOf(name)).join(", ");
    return { failure, why: `ECS rolled it back on the alarm ${names}` };
  }
  if (breaker?.status === "TRIGGERED") {
    const ends = yield* describeTaskEnd(settings, deployment.taskDefinition ?? "", rollbackStart(deployment));
    return { failure, why: `ECS's circuit breaker gave it up: ${ends}` };
  }
  // ECS gives up a deployment without a rollback for a newer one.
  if (!deployment.status?.startsWith("ROLLBACK")) {
    if (newer) return explainDisplaced(newer);
    const { taskDefinition } = service;
    if (taskDefinition !== deployment.taskDefinition)
      return { failure: "Displaced", why: `the service was asked for ${taskDefinition} instead` };
  }
  return { failure: "Stopped", why: `somebody stopped ECS's deployment: ${describe(deployment)}` };
}

export const explainDisplaced = ({ serviceDeploymentArn, taskDefinition }: ListedDeployment): Undoing => ({
  failure: "Displaced",
  why: `${serviceDeploymentArn} took over with ${taskDefinition ?? "a revision that ECS no longer knows"}`,
});

function explainRefusal({ verdict, why }: AdmissionReport): Undoing {
  const failure = verdict === "red" ? "RedAdmission" : verdict === "held" ? "Held" : "Refused";
  return { failure, why: lineOf(why, 2000) };
}

export const nameHook = ({ HOOK }: DeploymentSettings, { targetArn, hookId }: DeploymentLifecycleHookDetail): string =>
  targetArn === HOOK ? "ECS's admission hook" : `the hook ${targetArn ?? hookId}`;

/** A hook that crashed, ran out of time or could not be called has told ECS nothing. */
function explainHook(settings: DeploymentSettings, { lifecycleHookDetails = [], statusReason }: ListedDeployment) {
  const hook = lifecycleHookDetails.find(({ status }) => status === "FAILED" || status === "TIMED_OUT");
  if (!hook) return undefined;
  const name = nameHook(settings, hook);
  if (hook.status === "TIMED_OUT") return `${name} ran out of time`;
  // Only ECS's text tells a crash from a refused call.
  return `${name} gave no verdict${statusReason ? ` (${lineOf(statusReason, 500)})` : ""}`;
}

const rollbackStart = ({ rollback }: ListedDeployment): number | undefined =>
  rollback?.startedAt && millisecondsOf(rollback.startedAt);
