import type { Retrier } from "./definition.ts";

/** What makes a state fail, in AWS's words. Thrown by whoever finds it, caught by the step that runs the state. */
export class Failure extends Error {
  override name = "Failure";
  readonly error: string | undefined;
  readonly reason: string | undefined;
  readonly evaluation: Evaluation | undefined;
  /** A second name that ErrorEquals may use. */
  readonly alias: string | undefined;
  constructor(
    error: string | undefined,
    reason: string | undefined,
    more: { evaluation?: Evaluation; alias?: string } = {},
  ) {
    super(`${error ?? "(no error)"}: ${reason ?? "(no cause)"}`);
    this.error = error;
    this.reason = reason;
    this.evaluation = more.evaluation;
    this.alias = more.alias;
  }

  /** The same failure as the Parallel or Map around the state sees it. */
  outside(): Failure {
    return new Failure(this.error, this.reason, this.alias === undefined ? {} : { alias: this.alias });
  }
}

/** The failure came from a field of the definition. `value`: the expression worked, but the field can't take its value. */
export interface Evaluation {
  /** Such as `Output/result`; absent where AWS names none. */
  location?: string;
  of: "expression" | "value";
}

/** A field of this state can't be evaluated. `problem` completes AWS's sentence. */
export function evaluationFailure(
  where: { state: string; event: number },
  problem: string,
  evaluation: Evaluation,
): Failure {
  const cause = `An error occurred while executing the state '${where.state}' (entered at the event id #${where.event}). ${problem}`;
  return new Failure("States.QueryEvaluationError", cause, { evaluation });
}

/** A task took too long. The history says States.Timeout for heartbeats too, ErrorEquals may name either. */
export const timeout = (of: "task" | "heartbeat"): Failure =>
  new Failure("States.Timeout", "", of === "heartbeat" ? { alias: "States.HeartbeatTimeout" } : {});

/**
 * Whether a retrier or catcher applies. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html:
 * States.ALL matches neither States.Runtime nor States.DataLimitExceeded (a recording of March 2024 shows it catch the
 * latter after a Lambda; the documentation's harder rule is kept), States.TaskFailed everything but States.Timeout.
 */
export function matches(rule: { ErrorEquals: string[] }, failure: Failure): boolean {
  const names = [failure.error, failure.alias];
  if (failure.error === "States.Runtime") return false;
  return rule.ErrorEquals.some((wanted) => {
    if (wanted === "States.ALL") return failure.error !== "States.DataLimitExceeded";
    if (wanted === "States.TaskFailed") return failure.error !== "States.Timeout";
    return names.includes(wanted);
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
