import type {
  DeployAnswer,
  DeploymentCall,
  LookAnswer,
  RestoreAnswer,
  SurveyAnswer,
} from "../contract/deploymentCalls.ts";
import { deploy } from "./deploy.ts";
import { look } from "./look.ts";
import { type NextStep, nextStep, type Plan, type Reply } from "./plan.ts";
import { restore } from "./restore.ts";
import type { DeploymentSettings } from "./settings.ts";
import { survey } from "./survey.ts";

/** What each action answers. */
export interface DeploymentAnswers {
  deploy: DeployAnswer;
  look: LookAnswer;
  restore: RestoreAnswer;
  survey: SurveyAnswer;
}
export type DeploymentAnswer = DeploymentAnswers[keyof DeploymentAnswers];

/** The next call of an action, or its answer, from the replies so far. Pure: the handler, tests and exploration share it. */
export const decide = (
  settings: DeploymentSettings,
  call: DeploymentCall,
  replies: readonly Reply[],
): NextStep<DeploymentAnswer> => nextStep(planOf(settings, call), replies);

function planOf(settings: DeploymentSettings, call: DeploymentCall): Plan<DeploymentAnswer> {
  switch (call.action) {
    case "deploy":
      return deploy(settings, call);
    case "look":
      return look(settings, call);
    case "restore":
      return restore(settings, call);
    case "survey":
      return survey(settings);
  }
}
