import { moment } from "./context.ts";
import type { StateOf } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluateAs, type Moment } from "./expressions.ts";
import { evaluationFailure, Failure } from "./failure.ts";
import { leave } from "./leave.ts";
import { maximumSeconds, timestampIn } from "./schema.ts";
import { setTimer, type Turn } from "./turn.ts";

/** Fails with the error and the cause that its fields give; both may be absent. */
export async function failState(turn: Turn, scope: Scope, state: StateOf<"Fail">): Promise<void> {
  const at = moment(turn, scope);
  throw new Failure({
    error: state.Error && (await evaluateAs(at, "Error", state.Error, "string")),
    cause: state.Cause && (await evaluateAs(at, "Cause", state.Cause, "string")),
  });
}

/** Takes the first rule whose condition holds, else the default. */
export async function choice(turn: Turn, scope: Scope, state: StateOf<"Choice">): Promise<void> {
  const at = moment(turn, scope);
  for (const [position, rule] of state.Choices.entries()) {
    const location = `Choices[${position}]`;
    if (await evaluateAs(at, `${location}/Condition`, rule.Condition, "boolean"))
      return leave(turn, scope, {}, { exit: rule, location });
  }
  if (state.Default !== undefined) return leave(turn, scope);
  // [unverified]: the error is documented, its cause in JSONata mode isn't.
  const cause = `An error occurred while executing the state '${scope.state}' (entered at the event id #${scope.entered.event}). Failed to transition out of the state. The state does not point to a next state.`;
  throw new Failure({ error: "States.NoChoiceMatched", cause });
}

/** Waits for seconds, or until a time; one that has passed is now. */
export async function wait(turn: Turn, scope: Scope, state: StateOf<"Wait">): Promise<void> {
  const at = moment(turn, scope);
  const until =
    state.Timestamp === undefined
      ? turn.at + 1000 * (await seconds(at, "Seconds", state.Seconds ?? 0, 0))
      : await timestamp(at, state.Timestamp);
  setTimer(turn, scope, "wait", Math.max(until, turn.at));
}

/** A field's whole number of seconds, `least` or more. */
export async function seconds(at: Moment, name: string, field: number | string, least: number): Promise<number> {
  const value = await evaluateAs(at, name, field, "number");
  if (Number.isInteger(value) && value >= least && value <= maximumSeconds) return value;
  // [unverified]: the wording.
  const problem = `The ${name} field must be a whole number from ${least} to ${maximumSeconds}, but was: ${value}`;
  throw evaluationFailure(at, problem, { location: name, of: "value" });
}

async function timestamp(at: Moment, field: string): Promise<number> {
  const text = await evaluateAs(at, "Timestamp", field, "string");
  const time = timestampIn(text);
  if (time !== undefined) return time;
  const problem = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  throw evaluationFailure(at, problem, { location: "Timestamp", of: "value" });
}
