import { attempt } from "./attempt.ts";
import type { Definition } from "./definition.ts";
import type { Event, Execution, Identity, Scope, Step } from "./execution.ts";
import { happen } from "./happen.ts";
import { record, shown } from "./history.ts";
import { leave } from "./leave.ts";
import { choice } from "./states/choice.ts";
import { failState } from "./states/fail.ts";
import { map } from "./states/map.ts";
import { parallel } from "./states/parallel.ts";
import { pass } from "./states/pass.ts";
import { task } from "./states/task.ts";
import { taskStarted } from "./states/taskEvents.ts";
import { wait } from "./states/wait.ts";
import { executionTimer, newScope, openTurn, presentState, recordOn, type Turn } from "./turn.ts";

export interface StartArgs extends Identity {
  /** JSON text. */
  input: string;
  /** Cloud ms. */
  at: number;
  /** What tokens, $uuid and $random are drawn from: the same seed, the same run. */
  seed: string;
}

/** Starts an execution of a definition that validate() found no problem in, up to where it waits for the world. */
export async function start(definition: Definition, { input, at, seed, ...identity }: StartArgs): Promise<Step> {
  const fresh = { status: "RUNNING", events: 0, scopes: {}, lastScope: 0, drawn: 0 } as const;
  const turn = openTurn({ ...fresh, definition, identity, input, startedAt: at, seed }, at);
  record(turn, 0, "ExecutionStarted", { ...shown("input", input), roleArn: identity.roleArn });
  // The first state's event follows 0, not ExecutionStarted: recorded.
  newScope(turn, { state: definition.StartAt, input, previous: 0 });
  const limit = definition.TimeoutSeconds;
  if (limit !== undefined) turn.effects.push({ kind: "timer", id: executionTimer, at: at + 1000 * limit, of: "wait" });
  return finish(turn);
}

/**
 * Moves an execution by what happened. The argument stays as it is. An event that it no longer waits for (closed, a late
 * answer, a timer called off) gives the same execution, without events and effects.
 */
export async function advance(execution: Execution, event: Event): Promise<Step> {
  const turn = openTurn(execution, event.at);
  if (execution.status !== "RUNNING" || !(await happen(turn, event))) return { execution, events: [], effects: [] };
  return finish(turn);
}

/** Everything that can go on goes on. */
async function finish(turn: Turn): Promise<Step> {
  for (let ready = turn.ready.shift(); ready; ready = turn.ready.shift()) {
    const { scope, step } = ready;
    await attempt(turn, scope, () => steps[step](turn, scope));
  }
  const { execution, events, effects } = turn;
  return { execution, events, effects };
}

const steps = {
  enter: (turn: Turn, scope: Scope) => {
    const { previous } = scope;
    const event = recordOn(turn, scope, `${presentState(turn, scope).Type}StateEntered`, {
      name: scope.state,
      ...shown("input", scope.input),
    });
    scope.entered = { event, previous, at: turn.at };
    return run(turn, scope);
  },
  run,
  started: taskStarted,
  joined: (turn: Turn, scope: Scope) => {
    const { doing } = scope;
    const result = doing?.kind === "children" ? `[${doing.results.join(",")}]` : "[]";
    delete scope.doing;
    // StateExited follows what StateSucceeded follows: recorded.
    record(turn, scope.previous, `${presentState(turn, scope).Type}StateSucceeded`);
    return leave(turn, scope, { seen: { result }, otherwise: result });
  },
};

function run(turn: Turn, scope: Scope): Promise<void> {
  const state = presentState(turn, scope);
  switch (state.Type) {
    case "Pass":
    case "Succeed":
      return pass(turn, scope);
    case "Fail":
      return failState(turn, scope, state);
    case "Choice":
      return choice(turn, scope, state);
    case "Wait":
      return wait(turn, scope, state);
    case "Task":
      return task(turn, scope, state);
    case "Parallel":
      return parallel(turn, scope, state);
    case "Map":
      return map(turn, scope, state);
  }
}
