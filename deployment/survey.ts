import type { SurveyAnswer } from "../contract/deploymentCalls.ts";
import { hasMoved, isGoingBack, isOpen } from "./deployments.ts";
import type { Plan } from "./plan.ts";
import { findUnlisted } from "./quiet.ts";
import { readService } from "./service.ts";
import type { DeploymentSettings } from "./settings.ts";
import { buildIn, readDefinition } from "./taskDefinition.ts";

/** What the service runs and what is on its way, without the lock: what an operator who asks for a rollback means to leave. */
export function* survey(settings: DeploymentSettings): Plan<SurveyAnswer> {
  const state = yield* readService(settings);
  const { revisions, deployments } = state;
  const open = deployments.find(isOpen);
  const moving = open ?? deployments.find(isGoingBack);
  const target = moving?.targetServiceRevision?.arn;
  // While a deployment is under way ECS keeps its target's tasks beside those that users still have, or have again.
  const serving = open && hasMoved(open) ? open : revisions.find(({ revision }) => revision !== target);
  const serves = serving?.taskDefinition ?? null;
  const coming = open?.taskDefinition ?? findUnlisted(state) ?? null;
  return { serves, open: coming, builds: yield* readBuilds([serves, coming]) };
}

function* readBuilds(taskDefinitions: (string | null)[]): Plan<NonNullable<SurveyAnswer["builds"]>> {
  const builds: NonNullable<SurveyAnswer["builds"]> = {};
  for (const taskDefinition of new Set(taskDefinitions)) {
    const definition = taskDefinition && (yield* readDefinition(taskDefinition));
    const build = definition && buildIn(definition);
    if (taskDefinition && build) builds[taskDefinition] = build;
  }
  return builds;
}
