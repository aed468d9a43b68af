import type { LookAnswer, LookCall } from "../stateMachine/calls.ts";
import { announced, report } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { describeService } from "./service.ts";
import { describe, type ServiceDeployment, serviceDeployments } from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";

/** From here on all users get the new colour. ECS's stages are an open list: one that isn't here counts as not yet moved. */
const MOVED = ["POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"];

/** Where the release with this task definition is. Changes nothing. */
export function* look(settings: Settings, { taskDefinition }: LookCall): Plan<LookAnswer> {
  const deployments = yield* serviceDeployments(settings);
  const at = deployments.findIndex((each) => each.taskDefinition === taskDefinition);
  const ours = deployments[at];
  // The list lags: what it doesn't show yet is starting. The machine's own deadline ends the wait.
  if (!ours) return { stage: "starting", why: `ECS doesn't list a deployment of ${taskDefinition} yet` };

  const why = describe(ours);
  const serviceDeployment = ours.serviceDeploymentArn;
  const next = deployments[at - 1];
  switch (ours.status) {
    case "SUCCESSFUL":
      return { stage: "finished", why, serviceDeployment };
    case "PENDING":
    case "IN_PROGRESS":
      if (next) return { stage: "undone", ended: "Displaced", why: displaced(next), serviceDeployment };
      return { stage: MOVED.includes(ours.lifecycleStage ?? "") ? "moved" : "starting", why, serviceDeployment };
    default:
      return { stage: "undone", why, serviceDeployment, ...(yield* reason(settings, ours, next)) };
  }
}

/**
 * Why it is undone, by the ledger and not by ECS's text. The hook's report tells whether users can have met it: nothing gets to
 * them before the hook has let it through. ECS itself keeps no history of stages.
 */
function* reason(
  settings: Settings,
  ours: ServiceDeployment,
  next: ServiceDeployment | undefined,
): Plan<Pick<LookAnswer, "ended" | "verdict"> & { why?: string }> {
  const { LEDGER } = settings;
  const found = yield* report(LEDGER, ours.serviceDeploymentArn);
  const stopped = found && found.verdict !== "green" && !(yield* isAdvisory(LEDGER, ours));
  if (stopped) return { ended: found.verdict === "held" ? "Held" : "Refused", verdict: found.verdict, why: found.why };
  // Stopped without a rollback: ECS gives up a deployment so for a newer one.
  if (!ours.status?.startsWith("ROLLBACK")) {
    if (next) return { ended: "Displaced", why: displaced(next) };
    const { taskDefinition: asked } = yield* describeService(settings);
    // Not listed yet.
    if (asked !== ours.taskDefinition) return { ended: "Displaced", why: `the service was asked for ${asked} instead` };
  }
  return found ? { ended: "RolledBack", verdict: found.verdict } : { ended: "DeployFailed" };
}

/** An emergency whose hook reports and admits whatever it finds: its red report stopped nothing. */
function* isAdvisory(table: string, { taskDefinition }: ServiceDeployment): Plan<boolean> {
  const announcement = yield* announced(table);
  return announcement?.smoke === "advisory" && announcement.taskDefinition === taskDefinition;
}

function displaced(next: ServiceDeployment): string {
  return `${next.serviceDeploymentArn} took over with ${next.taskDefinition ?? "a revision that ECS no longer knows"}`;
}
