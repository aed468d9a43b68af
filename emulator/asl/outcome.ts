import { cutOffChildren, endChild } from "./children.ts";
import type { StateValues } from "./context.ts";
import type { Exit, Fallible } from "./definition.ts";
import { evaluate } from "./evaluate.ts";
import type { Scope } from "./execution.ts";
import { backoff, Failure, matches, type Problem } from "./failure.ts";
import { record, textDetails } from "./history.ts";
import { problemOfResult, problemOfVariables } from "./limits.ts";
import { draw, endExecution, presentState, recordOn, release, setTimer, type Turn } from "./turn.ts";

/** Of a Choice's rule or a catcher; its Assign and Output then count instead of the state's. */
export interface Through {
  exit: Exit;
  location: string;
}

/**
 * Leaves the present state: Assign and Output are both evaluated with the values at entry, then the line goes on or ends.
 * Without an Output, the result or the error output leaves, else the state's input.
 */
export async function leave(turn: Turn, scope: Scope, values: StateValues = {}, through?: Through): Promise<void> {
  const state = presentState(turn, scope);
  const own = state.Type === "Choice" ? { ...state, Next: state.Default } : (state as Exit);
  const { Assign, Output, Next }: Exit = through?.exit ?? own;
  const prefix = through ? `${through.location}/` : "";
  const viewpoint = { turn, scope, values };
  const assigned: Record<string, string> = {};
  for (const [name, value] of Object.entries(Assign ?? {}))
    assigned[name] = (await evaluate(viewpoint, `${prefix}Assign/${name}`, value)) ?? "";
  const ownOutput = await evaluate(viewpoint, `${prefix}Output`, Output);
  const output = ownOutput ?? values.result ?? values.errorOutput ?? scope.input;
  const others = Object.values(turn.execution.scopes).filter((other) => other !== scope);
  const problem =
    problemOfResult(scope.state, output) ?? (Assign && problemOfVariables(scope.state, assigned, scope, others));
  if (problem) throw new Failure(problem);

  recordOn(turn, scope, `${state.Type}StateExited`, {
    name: scope.state,
    ...textDetails("output", output),
    // Recorded: none are shown of an empty Assign.
    ...(Object.keys(assigned).length > 0 && {
      assignedVariables: assigned,
      assignedVariablesDetails: { truncated: false },
    }),
  });
  scope.variables = { ...scope.variables, ...assigned };
  if (Next === undefined) return endLine(turn, scope, output);
  Object.assign(scope, { state: Next, input: output, retries: [] });
  turn.ready.push({ scope, step: "enter" });
}

/** A line ends with its state's output: the execution succeeds, or the branch or iteration is done. */
function endLine(turn: Turn, scope: Scope, output: string): void {
  if (scope.parent !== undefined) {
    endChild(turn, scope, output);
  } else {
    recordOn(turn, scope, "ExecutionSucceeded", textDetails("output", output));
    endExecution(turn, "SUCCEEDED", { output });
  }
}

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
    if (await catchProblem(turn, scope, state, problem)) return;
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
async function catchProblem(turn: Turn, scope: Scope, { Catch = [] }: Fallible, problem: Problem): Promise<boolean> {
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
  if (scope.parent !== undefined) return retryOrCatch(turn, cutOffChildren(turn, scope, problem), problem);
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
