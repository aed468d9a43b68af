import type { SurveyAnswer } from "../contract/calls.ts";
import { hasMoved, isGoingBack, isOpen } from "./deployments.ts";
import type { Plan } from "./plan.ts";
import { findUnlisted } from "./quiet.ts";
import { readService } from "./service.ts";
import type { DeploymentSettings } from "./settings.ts";

/** What the service runs and what is on its way, without the lock: what an operator who asks for a rollback means to leave. */
export function* survey(settings: DeploymentSettings): Plan<SurveyAnswer> {
  const state = yield* readService(settings);
  const { revisions, deployments } = state;
  const open = deployments.find(isOpen);
  const moving = open ?? deployments.find(isGoingBack);
  const target = moving?.targetServiceRevision?.arn;
  // While a deployment is under way ECS keeps its target's tasks beside those that users still have, or have again.
  const serving = open && hasMoved(open) ? open : revisions.find(({ revision }) => revision !== target);
  return {
    serves: serving?.taskDefinition ?? null,
    open: open?.taskDefinition ?? findUnlisted(state) ?? null,
  };
}
