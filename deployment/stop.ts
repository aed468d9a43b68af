import type { StopAnswer } from "../stateMachine/calls.ts";
import { isNamed } from "./failure.ts";
import { call, type Plan } from "./plan.ts";
import { isGoingBack, isOpen, type ServiceDeployment, serviceDeployments } from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";

/** Rolls back whatever deployment is open, without the lock: an operator's first move. */
export function* stop(settings: Settings): Plan<StopAnswer> {
  const deployments = yield* serviceDeployments(settings);
  const open = deployments.find(isOpen);
  if (open) return yield* rollBack(open);
  const goingBack = deployments.find(isGoingBack);
  if (goingBack) return { stopped: false, why: `${goingBack.serviceDeploymentArn} is being rolled back already` };
  return { stopped: false, why: "ECS lists no open deployment; one begun seconds ago may not be listed yet" };
}

/** Asks ECS to return to the revision that the deployment came from: while that one still runs, only weights change. */
export function* rollBack({ serviceDeploymentArn }: ServiceDeployment): Plan<StopAnswer> {
  try {
    yield* call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
    return { stopped: true, why: `asked ECS to roll ${serviceDeploymentArn} back` };
  } catch (error) {
    // In CLEAN_UP the old tasks are going away already: it can only be waited for, then the good one is deployed anew.
    if (!isNamed(error, "ConflictException")) throw error;
    return { stopped: false, why: `${serviceDeploymentArn} is too far on to be stopped (${error.message})` };
  }
}
