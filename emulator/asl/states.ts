import type { StateOf } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluateAs, type Place } from "./expressions.ts";
import { Failure, inState } from "./failure.ts";
import { leave } from "./outcome.ts";
import { maximumSeconds, timestampIn } from "./schema.ts";
import { setTimer, type Turn } from "./turn.ts";

/** Fails with the error and the cause that its fields give; both may be absent. */
export async function failState(turn: Turn, scope: Scope, state: StateOf<"Fail">): Promise<void> {
  const error = await evaluateAs({ turn, scope }, "Error", state.Error, "string");
  throw new Failure({ error, cause: await evaluateAs({ turn, scope }, "Cause", state.Cause, "string") });
}

/** Takes the first rule whose condition holds, else the default. */
export async function choice(turn: Turn, scope: Scope, state: StateOf<"Choice">): Promise<void> {
  for (const [position, exit] of state.Choices.entries()) {
    const location = `Choices[${position}]`;
    if (await evaluateAs({ turn, scope }, `${location}/Condition`, exit.Condition, "boolean"))
      return leave(turn, scope, {}, { exit, location });
  }
  if (state.Default !== undefined) return leave(turn, scope);
  // [unverified]: the error is documented, its cause in JSONata mode isn't.
  const problem = "Failed to transition out of the state. The state does not point to a next state.";
  throw new Failure({ error: "States.NoChoiceMatched", cause: inState(scope, problem) });
}

/** Waits for seconds, or until a time; one that has passed is now. */
export async function wait(turn: Turn, scope: Scope, state: StateOf<"Wait">): Promise<void> {
  const after = await secondsOf({ turn, scope }, "Seconds", state.Seconds, 0);
  const until = await evaluateAs({ turn, scope }, "Timestamp", state.Timestamp, "string", (text) =>
    timestampIn(text) === undefined
      ? `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`
      : undefined,
  );
  const at = until === undefined ? turn.at + 1000 * (after ?? 0) : (timestampIn(until) ?? 0);
  setTimer(turn, scope, "wait", Math.max(at, turn.at));
}

/** A field's whole number of seconds, `least` or more. */
export const secondsOf = (place: Place, name: string, field: number | string | undefined, least: number) =>
  evaluateAs(place, name, field, "number", (value) =>
    Number.isInteger(value) && value >= least && value <= maximumSeconds
      ? undefined
      : // [unverified]: the wording.
        `The ${name} field must be a whole number from ${least} to ${maximumSeconds}, but was: ${value}`,
  );
