import type { Retrier } from "./definition.ts";
import type { Scope } from "./execution.ts";

/** What makes a state fail, in AWS's words. */
export interface Problem {
  error?: string | undefined;
  cause?: string | undefined;
  /** A second name that ErrorEquals may use. */
  alias?: string | undefined;
  /**
   * Of a field of the definition. `location` is such as `Output/result`, absent where AWS names none. `value`: the expression
   * worked, but the field can't take its value.
   */
  evaluation?: { location?: string; of: "expression" | "value" };
}

/** Thrown by whoever finds the problem, caught by the step that runs the state. */
export class Failure extends Error {
  override name = "Failure";
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(`${problem.error ?? "(no error)"}: ${problem.cause ?? "(no cause)"}`);
    this.problem = problem;
  }
}

/** A field of this state can't be evaluated. `problem` completes AWS's sentence. */
export function evaluationFailure(scope: Scope, problem: string, evaluation: Problem["evaluation"] & {}): Failure {
  return new Failure({ error: "States.QueryEvaluationError", cause: inState(scope, problem), evaluation });
}

export const inState = ({ state, entered }: Scope, problem: string): string =>
  `An error occurred while executing the state '${state}' (entered at the event id #${entered.event}). ${problem}`;

/**
 * Whether a retrier or catcher applies. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html:
 * States.ALL matches neither States.Runtime nor States.DataLimitExceeded (a recording of March 2024 shows it catch the
 * latter after a Lambda; the documentation's harder rule is kept), States.TaskFailed everything but States.Timeout.
 */
export function matches({ ErrorEquals }: { ErrorEquals: string[] }, { error, alias }: Problem): boolean {
  if (error === "States.Runtime") return false;
  return ErrorEquals.some((wanted) => {
    if (wanted === "States.ALL") return error !== "States.DataLimitExceeded";
    if (wanted === "States.TaskFailed") return error !== "States.Timeout";
    return wanted === error || wanted === alias;
  });
}

/**
 * Milliseconds until the retry after `done` ones; undefined when the retrier has none left. `draw` gives 0 to 1, for full jitter.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
 */
export function backoff(retrier: Retrier, done: number, draw: () => number): number | undefined {
  const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY } = retrier;
  if (done >= MaxAttempts) return undefined;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** done, MaxDelaySeconds);
  return Math.round(1000 * seconds * (retrier.JitterStrategy === "FULL" ? draw() : 1));
}
