import type { Wait } from "../definition.ts";
import type { Scope } from "../execution.ts";
import { evaluateAs } from "../expressions.ts";
import { evaluationFailure } from "../failure.ts";
import { moment } from "../moment.ts";
import type { Turn } from "../turn.ts";

/** Waits for seconds, or until a time; one that has passed is now. */
export async function wait(turn: Turn, scope: Scope, state: Wait): Promise<void> {
  const at =
    state.Timestamp === undefined ? await afterSeconds(turn, scope, state) : await timestamp(turn, scope, state);
  const timer = `${scope.id}.${scope.entered.event}.wait`;
  scope.doing = { kind: "timer", timer, next: "leave" };
  turn.effects.push({ kind: "timer", id: timer, at: Math.max(at, turn.at), of: "wait" });
}

/** Cloud ms of an ISO 8601 date and time with its offset (`Z` too); undefined for anything else. */
export function timestampIn(text: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** The longest wait that the definition's schema takes: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export const maximumSeconds = 99_999_999;

async function afterSeconds(turn: Turn, scope: Scope, state: Wait): Promise<number> {
  const seconds = Number(await evaluateAs(moment(turn, scope), "Seconds", state.Seconds ?? null, "number"));
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= maximumSeconds) return turn.at + 1000 * seconds;
  // [unverified]: the wording.
  const problem = `The Seconds field must be a whole number from 0 to ${maximumSeconds}, but was: ${seconds}`;
  throw evaluationFailure(moment(turn, scope), problem, { location: "Seconds", of: "value" });
}

async function timestamp(turn: Turn, scope: Scope, state: Wait): Promise<number> {
  const text = String(await evaluateAs(moment(turn, scope), "Timestamp", state.Timestamp ?? null, "string"));
  const at = timestampIn(text);
  if (at !== undefined) return at;
  const problem = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  throw evaluationFailure(moment(turn, scope), problem, { location: "Timestamp", of: "value" });
}
