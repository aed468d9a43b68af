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
 * The problem of texts of which one is longer than 256 KiB of UTF-8; `who` as AWS names it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function oversize(who: string, texts: string[]): Problem | undefined {
  if (!texts.some((text) => Buffer.byteLength(text) > maximumBytes)) return undefined;
  const cause = `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return { error: "States.DataLimitExceeded", cause };
}
export const maximumBytes = 256 * 1024;

/** The problem of an execution whose variables together are longer than 10 MiB. [unverified]: the error's name. */
export function oversizeVariables(who: string, scopes: { variables: Record<string, string> }[]): Problem | undefined {
  const bytes = scopes
    .flatMap(({ variables }) => Object.entries(variables).flat())
    .reduce((sum, text) => sum + text.length, 0);
  if (bytes <= 10 * 1024 * 1024) return undefined;
  const cause = `The state/task '${who}' assigned variables that exceed the maximum number of bytes service limit of an execution.`;
  return { error: "States.DataLimitExceeded", cause };
}

/**
 * How deep data may be nested; deeper, nothing here could copy it. [unverified]: AWS names no limit, and what becomes of it there is
 * not known.
 */
const maximumNesting = 1_000;

/** Whether JSON text is nested deeper than that. Looks at the text: a parsed value could not be walked through. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inText) {
      if (character === "\\") at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > maximumNesting) return true;
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return false;
}

/** The problem of data that is nested too deep. */
export const tooDeep = (who: string): Problem => ({
  error: "States.Runtime",
  cause: `The state/task '${who}' returned data that is nested deeper than ${maximumNesting} levels.`,
});

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
