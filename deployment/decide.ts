import type { DeployAnswer, DeploymentCall, LookAnswer, RestoreAnswer, StopAnswer } from "../stateMachine/calls.ts";
import { deploy } from "./deploy.ts";
import { look } from "./look.ts";
import { type Next, next, type Plan, type Reply } from "./plan.ts";
import { restore } from "./restore.ts";
import type { Settings } from "./settings.ts";
import { stop } from "./stop.ts";

/** What each action answers. */
export interface Answers {
  deploy: DeployAnswer;
  look: LookAnswer;
  restore: RestoreAnswer;
  stop: StopAnswer;
}
export type DeploymentAnswer = Answers[keyof Answers];

/** The next AWS call of an action, or its answer, from the replies seen so far. Pure: the handler, tests and exploration share it. */
export function decide(settings: Settings, call: DeploymentCall, seen: readonly Reply[]): Next<DeploymentAnswer> {
  return next(planOf(settings, call), seen);
}

function planOf(settings: Settings, call: DeploymentCall): Plan<DeploymentAnswer> {
  switch (call.action) {
    case "deploy":
      return deploy(settings, call);
    case "look":
      return look(settings, call);
    case "restore":
      return restore(settings, call);
    case "stop":
      return stop(settings);
  }
}
