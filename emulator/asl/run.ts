import { joinChildren } from "./branches.ts";
import type { Definition } from "./definition.ts";
import { type Event, type Execution, type Identity, type Scope, type Step, scopeOf } from "./execution.ts";
import { Failure } from "./failure.ts";
import { HistoryFull, record, textDetails } from "./history.ts";
import { fail, leave } from "./outcome.ts";
import { runState } from "./states.ts";
import { startTask, takeTaskEvent, timeTaskOut } from "./task.ts";
import {
  endExecution,
  executionTimer,
  newScope,
  openTurn,
  presentState,
  type ReadyStep,
  recordOn,
  release,
  type Turn,
} from "./turn.ts";

export interface StartArgs extends Identity {
  /** JSON text. */
  input: string;
  /** Cloud ms. */
  at: number;
  /** What all chance is drawn from: the same seed, the same run. */
  seed: string;
}

/** Starts an execution of a definition that validate() found no problem in, up to where it waits for the world. */
export async function start(definition: Definition, { input, at, seed, ...identity }: StartArgs): Promise<Step> {
  const fresh = { status: "RUNNING", events: 0, scopes: {}, lastScope: 0, drawn: 0 } as const;
  const turn = openTurn({ ...fresh, definition, identity, input, startedAt: at, seed }, at);
  record(turn, 0, "ExecutionStarted", { ...textDetails("input", input), roleArn: identity.roleArn });
  // The first state's event follows 0, not ExecutionStarted: recorded.
  newScope(turn, { state: definition.StartAt, input, previous: 0 });
  const limit = definition.TimeoutSeconds;
  if (limit !== undefined) turn.effects.push({ kind: "timer", id: executionTimer, at: at + 1000 * limit });
  return finish(turn);
}

/**
 * Moves an execution by what happened. The argument stays as it is. An event that it no longer waits for (closed, a late
 * answer, a timer called off) gives an equal execution, without events and effects.
 */
export async function advance(execution: Execution, event: Event): Promise<Step> {
  return finish(openTurn(execution, event.at), event);
}

/** Lets the event happen; then everything that can go on goes on. */
async function finish(turn: Turn, event?: Event): Promise<Step> {
  let fault: unknown;
  try {
    if (event && turn.execution.status === "RUNNING") await happen(turn, event);
    for (let ready = turn.ready.shift(); ready; ready = turn.ready.shift()) {
      const { scope, step } = ready;
      await attempt(turn, scope, () => steps[step](turn, scope));
    }
  } catch (thrown) {
    const isFull = thrown instanceof HistoryFull;
    if (!isFull) fault = thrown;
    // Of a full history measured on AWS: https://github.com/floci-io/floci/issues/2734
    const cause = isFull ? thrown.message : `A fault of the embedded cloud: ${thrown}`;
    const outcome = { error: "States.Runtime", cause };
    record(turn, turn.execution.events, "ExecutionFailed", outcome);
    endExecution(turn, "FAILED", outcome);
  }
  const { execution, events, effects } = turn;
  return { execution, events, effects, ...(fault !== undefined && { fault }) };
}

async function happen(turn: Turn, event: Event): Promise<void> {
  // Both follow 0 and cut off without further events: recorded, and measured for the second, which alone names the error:
  // https://github.com/floci-io/floci/blob/main/docs/services/step-functions.md
  if (event.kind === "aborted") {
    const { kind: _, at: __, ...outcome } = event;
    record(turn, 0, "ExecutionAborted", outcome);
    return endExecution(turn, "ABORTED", outcome);
  }
  const id = event.kind === "timer" ? event.id : event.task;
  if (id === executionTimer) {
    record(turn, 0, "ExecutionTimedOut", { error: "States.Timeout" });
    return endExecution(turn, "TIMED_OUT", {});
  }
  const scope = scopeOf(turn.execution, id);
  if (!scope) return;
  if (event.kind !== "timer") return attempt(turn, scope, () => takeTaskEvent(turn, scope, event));
  release(turn, scope, id);
  if (id.includes(".retry.")) turn.ready.push({ scope, step: "run" });
  else await attempt(turn, scope, () => (id.includes(".wait.") ? leave(turn, scope) : timeTaskOut(turn, scope, id)));
}

/** Takes a step of the scope's present state, whose failure it may be. */
async function attempt(turn: Turn, scope: Scope, step: () => Promise<void> | void): Promise<void> {
  try {
    await step();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    await fail(turn, scope, thrown.problem);
  }
}

const steps: Record<ReadyStep, (turn: Turn, scope: Scope) => Promise<void> | void> = {
  enter(turn, scope) {
    const { previous, state: name } = scope;
    const details = { name, ...textDetails("input", scope.input) };
    const event = recordOn(turn, scope, `${presentState(turn, scope).Type}StateEntered`, details);
    scope.entered = { event, previous, at: turn.at };
    return runState(turn, scope);
  },
  run: runState,
  startTask,
  joinChildren,
};
