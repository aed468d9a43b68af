import { startChildren } from "../children.ts";
import type { Json, MapState } from "../definition.ts";
import type { Child, Scope } from "../execution.ts";
import { evaluate, evaluateAs } from "../expressions.ts";
import { evaluationFailure } from "../failure.ts";
import { moment } from "../moment.ts";
import { recordOn, type Turn } from "../turn.ts";

/** Runs the processor for each item, at most MaxConcurrency at once. Its result is the array of the iterations' outputs. */
export async function map(turn: Turn, scope: Scope, state: MapState): Promise<void> {
  const items = await itemsOf(turn, scope, state);
  const concurrency = await number(turn, scope, "MaxConcurrency", state.MaxConcurrency ?? 0);
  // An inline Map accepts the tolerances (recorded) and fails with its first iteration all the same [unverified].
  for (const name of ["ToleratedFailureCount", "ToleratedFailurePercentage"] as const) {
    await number(turn, scope, name, state[name] ?? 0);
  }
  const children: Child[] = [];
  for (const [index, item] of items.entries()) {
    const text = JSON.stringify(item);
    // [unverified]: when AWS evaluates ItemSelector. Here all of them at once, with the state's values at entry.
    const at = moment(turn, scope, { item: { index, text } });
    children.push({
      item: text,
      input: state.ItemSelector === undefined ? text : await evaluate(at, "ItemSelector", state.ItemSelector),
    });
  }
  recordOn(turn, scope, "MapStateStarted", { length: items.length });
  startChildren(turn, scope, children, Math.min(concurrency || maximumConcurrency, maximumConcurrency));
}

/** Of inline Maps: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const maximumConcurrency = 40;

async function itemsOf(turn: Turn, scope: Scope, state: MapState): Promise<Json[]> {
  if (state.Items !== undefined)
    return (await evaluateAs(moment(turn, scope), "Items", state.Items, "array")) as Json[];
  const input: unknown = JSON.parse(scope.input);
  if (Array.isArray(input)) return input;
  const problem = `Map state input must be an array but was: ${scope.input}`;
  throw evaluationFailure(moment(turn, scope), problem, { of: "expression" });
}

async function number(turn: Turn, scope: Scope, name: string, field: number | string): Promise<number> {
  const value = Number(await evaluateAs(moment(turn, scope), name, field, "number"));
  if (value >= 0) return value;
  throw evaluationFailure(moment(turn, scope), `${name} cannot be negative.`, { location: name, of: "value" });
}
