import { answerCall } from "./calls.ts";
import { step } from "./deployment.ts";
import type { EcsEffect, EcsEvent, Happened, Happening, ScheduledEffect } from "./events.ts";
import { hookAnswered } from "./hooks.ts";
import { alarmChanged } from "./monitors.ts";
import { createStack } from "./stack.ts";
import { weightsOf } from "./stages.ts";
import type { EcsState } from "./state.ts";
import { forgetTasks, resumeTasks, scale, taskHealth, taskRunning, taskStopped } from "./tasks.ts";
import { moveOf, openDeployment, revisionsOf, type Work } from "./work.ts";

/**
 * ECS native blue/green as a pure function: the state after `event`, and what the shell has to do. Reads no clock and no chance; the
 * given state stays as it was. Events about tasks, hooks and timers that are no longer of interest change nothing.
 */
export function advance(state: EcsState, event: EcsEvent): { state: EcsState; effects: EcsEffect[] } {
  const work: Work = { state: JSON.parse(JSON.stringify(state)), at: event.at, effects: [] };
  const take = takers[event.type] as (work: Work, event: Happening) => void;
  forgetTasks(work);
  take(work, event);
  settle(work);
  return { state: work.state, effects: work.effects };
}

const takers: { [Type in Happening["type"]]: (work: Work, event: Happened<Type>) => void } = {
  stackCreated: createStack,
  resumed: resume,
  call: answerCall,
  taskRunning,
  taskHealth,
  taskStopped,
  hookAnswered,
  alarm: alarmChanged,
  timer: () => {},
};

function resume(work: Work): void {
  resumeTasks(work);
  for (const service of Object.values(work.state.services))
    work.effects.push(weightsOf(service, "production"), weightsOf(service, "test"));
}

/** Does whatever is due at `work.at`, until nothing more is. */
function settle(work: Work): void {
  const { state, at, effects } = work;
  for (const service of Object.values(state.services)) {
    for (let moving = true; moving; ) {
      const open = openDeployment(work, service);
      moving = open !== undefined && step(moveOf(work, open));
      for (const revision of revisionsOf(state, service)) scale(work, service, revision);
    }
  }
  const due = state.scheduled.filter((each) => each.at <= at);
  state.scheduled = state.scheduled.filter((each) => each.at > at);
  effects.push(...due.map(({ effect }) => effect).filter((effect) => isWanted(state, effect)));
}

/** A task may have been stopped before it started, a hook have run out of time before it was called again. */
function isWanted({ tasks, deployments }: EcsState, effect: ScheduledEffect): boolean {
  if (effect.type === "startTask") return tasks[effect.task] !== undefined;
  if (effect.type === "weights") return true;
  const hooks = deployments[effect.payload.resourceArn]?.lifecycleHookDetails ?? [];
  return hooks.some(({ hookId, status }) => hookId === effect.hook && status === "IN_PROGRESS");
}
