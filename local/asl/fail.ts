import { cutOff } from "./branches.ts";
import type { Fallible } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { backoff, Failure, matches, type Problem } from "./failure.ts";
import { record } from "./history.ts";
import { leave } from "./leave.ts";
import { draw, endExecution, presentState, recordOn, release, setTimer, type Turn } from "./turn.ts";

/** The present state has failed: it is retried or caught, or its whole line fails. */
export async function fail(turn: Turn, scope: Scope, problem: Problem): Promise<void> {
  release(turn, scope);
  recordEvaluation(turn, scope, problem);
  await retryOrCatch(turn, scope, problem);
}

async function retryOrCatch(turn: Turn, scope: Scope, problem: Problem): Promise<void> {
  const state = presentState(turn, scope);
  if (state.Type === "Task" || state.Type === "Parallel" || state.Type === "Map") {
    if (retry(turn, scope, state, problem)) return;
    if (state.Type !== "Task") recordOn(turn, scope, `${state.Type}StateFailed`);
    if (await caught(turn, scope, state, problem)) return;
  }
  await failLine(turn, scope, problem);
}

/** Waits for the next attempt, if a retrier has one left. AWS records no event for it (recorded: TaskScheduled follows TaskFailed). */
function retry(turn: Turn, scope: Scope, { Retry = [] }: Fallible, problem: Problem): boolean {
  const position = Retry.findIndex((retrier) => matches(retrier, problem));
  const retrier = Retry[position];
  const done = scope.retries[position] ?? 0;
  const delay = retrier && backoff(retrier, done, () => draw(turn));
  if (delay === undefined) return false;
  scope.retries = Retry.map((_, index) => (scope.retries[index] ?? 0) + (index === position ? 1 : 0));
  setTimer(turn, scope, "retry", turn.at + delay);
  return true;
}

/** Leaves through the first catcher that applies. A failure in the catcher's own fields fails the line. */
async function caught(turn: Turn, scope: Scope, { Catch = [] }: Fallible, problem: Problem): Promise<boolean> {
  const position = Catch.findIndex((catcher) => matches(catcher, problem));
  const exit = Catch[position];
  if (!exit) return false;
  // Error before Cause, null where the task gave none, "" for a time-out: recorded.
  const errorOutput = JSON.stringify({ Error: problem.error ?? null, Cause: problem.cause ?? null });
  try {
    await leave(turn, scope, { errorOutput }, { exit, location: `Catch[${position}]` });
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    recordEvaluation(turn, scope, thrown.problem);
    await failLine(turn, scope, thrown.problem);
  }
  return true;
}

/** A line fails with its state: that fails the Parallel or Map around it, or the execution. */
async function failLine(turn: Turn, scope: Scope, problem: Problem): Promise<void> {
  if (scope.parent !== undefined) return retryOrCatch(turn, cutOff(turn, scope, problem), problem);
  const { error, cause } = problem;
  const outcome = { ...(error && { error }), ...(cause && { cause }) };
  recordOn(turn, scope, "ExecutionFailed", outcome);
  endExecution(turn, "FAILED", outcome);
}

/**
 * Recorded: an expression that fails at entry follows the event *before* StateEntered; a value that the field refuses
 * follows StateEntered, and so does what fails later.
 */
function recordEvaluation(turn: Turn, scope: Scope, { evaluation, error, cause }: Problem): void {
  if (!evaluation) return;
  const atEntry = evaluation.of === "expression" && scope.previous === scope.entered.event;
  const previous = atEntry ? scope.entered.previous : scope.previous;
  const { location } = evaluation;
  scope.previous = record(turn, previous, "EvaluationFailed", { cause, error, location, state: scope.state });
}
