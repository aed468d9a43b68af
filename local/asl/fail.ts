import { cutOff } from "./children.ts";
import type { Fallible, State } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { backoff, Failure, matches } from "./failure.ts";
import { record } from "./history.ts";
import { leave } from "./leave.ts";
import { draw, endExecution, presentState, recordOn, release, type Turn } from "./turn.ts";

/** The present state has failed: it is retried or caught, or its whole line fails. */
export async function fail(turn: Turn, scope: Scope, failure: Failure): Promise<void> {
  const state = presentState(turn, scope);
  release(turn, scope);
  recordEvaluation(turn, scope, failure);
  if (isFallible(state)) {
    if (retry(turn, scope, state, failure)) return;
    if (state.Type !== "Task") recordOn(turn, scope, `${state.Type}StateFailed`);
    if (await caught(turn, scope, state, failure)) return;
  }
  await failLine(turn, scope, failure);
}

/** Waits for the next attempt, if a retrier has one left. AWS records no event for it (recorded: TaskScheduled follows TaskFailed). */
function retry(turn: Turn, scope: Scope, state: Fallible, failure: Failure): boolean {
  const position = state.Retry?.findIndex((retrier) => matches(retrier, failure)) ?? -1;
  const retrier = state.Retry?.[position];
  const done = scope.retries[position] ?? 0;
  const delay = retrier && backoff(retrier, done, () => draw(turn));
  if (delay === undefined) return false;
  const retries = [...scope.retries];
  retries[position] = done + 1;
  scope.retries = Array.from(retries, (count) => count ?? 0);
  const timer = `${scope.id}.${turn.execution.events}.retry`;
  scope.doing = { kind: "timer", timer, next: "retry" };
  turn.effects.push({ kind: "timer", id: timer, at: turn.at + delay, of: "wait" });
  return true;
}

/** Leaves through the first catcher that applies. A failure in the catcher's own fields fails the line. */
async function caught(turn: Turn, scope: Scope, state: Fallible, failure: Failure): Promise<boolean> {
  const position = state.Catch?.findIndex((catcher) => matches(catcher, failure)) ?? -1;
  const exit = state.Catch?.[position];
  if (!exit) return false;
  // Error before Cause, null where the task gave none, "" for a time-out: recorded.
  const errorOutput = { Error: failure.error ?? null, Cause: failure.reason ?? null };
  const through = { exit, location: `Catch[${position}]` };
  try {
    await leave(turn, scope, { seen: { errorOutput }, through, otherwise: JSON.stringify(errorOutput) });
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    recordEvaluation(turn, scope, thrown);
    await failLine(turn, scope, thrown);
  }
  return true;
}

/** A line fails with its state: that fails the Parallel or Map around it, or the execution. */
async function failLine(turn: Turn, scope: Scope, failure: Failure): Promise<void> {
  if (scope.parent !== undefined) return fail(turn, cutOff(turn, scope), failure.outside());
  const outcome = { ...(failure.error && { error: failure.error }), ...(failure.reason && { cause: failure.reason }) };
  recordOn(turn, scope, "ExecutionFailed", outcome);
  endExecution(turn, "FAILED", outcome);
}

/**
 * Recorded: an expression that fails at entry follows the event *before* StateEntered; a value that the field refuses
 * follows StateEntered, and so does what fails later.
 */
function recordEvaluation(turn: Turn, scope: Scope, failure: Failure): void {
  const { evaluation, error, reason } = failure;
  if (!evaluation) return;
  const atEntry = evaluation.of === "expression" && scope.previous === scope.entered.event;
  const previous = atEntry ? scope.entered.previous : scope.previous;
  const { location } = evaluation;
  scope.previous = record(turn, previous, "EvaluationFailed", { cause: reason, error, location, state: scope.state });
}

function isFallible(state: State): state is Extract<State, { Type: "Task" | "Parallel" | "Map" }> {
  return state.Type === "Task" || state.Type === "Parallel" || state.Type === "Map";
}
