import { answerCall } from "./calls.ts";
import { createCluster, createService, createTaskDefinition } from "./create.ts";
import type { EcsEffect, EcsEvent } from "./events.ts";
import { takeHookAnswer } from "./hooks.ts";
import { settle } from "./settle.ts";
import type { EcsState } from "./state.ts";
import { taskHealthy, taskRunning, taskStopped, taskUnhealthy } from "./tasks.ts";
import type { Work } from "./work.ts";

/**
 * ECS native blue/green as a pure function: the state after `event`, and what the shell has to do. Reads no clock and no chance; the
 * given state stays as it was. Events about tasks, hooks and timers that are no longer of interest change nothing.
 */
export function advance(state: EcsState, event: EcsEvent): { state: EcsState; effects: EcsEffect[] } {
  const work: Work = { state: JSON.parse(JSON.stringify(state)), at: event.at, effects: [] };
  take(work, event);
  settle(work);
  return { state: work.state, effects: work.effects };
}

function take(work: Work, event: EcsEvent): void {
  switch (event.type) {
    case "clusterCreated":
      createCluster(work, event);
      break;
    case "taskDefinitionCreated":
      createTaskDefinition(work, event);
      break;
    case "serviceCreated":
      createService(work, event.service);
      break;
    case "call":
      answerCall(work, event);
      break;
    case "taskRunning":
      taskRunning(work, event.task);
      break;
    case "taskHealthy":
      taskHealthy(work, event.task);
      break;
    case "taskUnhealthy":
      taskUnhealthy(work, event.task);
      break;
    case "taskStopped":
      taskStopped(work, event);
      break;
    case "hookAnswered":
      takeHookAnswer(work, event);
      break;
    case "timer":
      break;
  }
}
