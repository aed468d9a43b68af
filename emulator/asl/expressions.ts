import jsonata, { type Expression } from "jsonata";
import { bound, counting, newCount } from "./bounds.ts";
import { type Seen, statesOf, variableOf } from "./context.ts";
import type { Json } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluationFailure, isTooDeep } from "./failure.ts";
import { functions } from "./functions.ts";
import type { Turn } from "./turn.ts";

/** Where a field's expressions stand, and what they see beside variables. */
export interface Place {
  turn: Turn;
  scope: Scope;
  seen?: Seen;
}

interface Types {
  array: Json[];
  boolean: boolean;
  number: number;
  string: string;
}

/** The expression within `{% … %}`; undefined for any other string. Blanks around the braces make it a plain string: recorded. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith("{%") && text.endsWith("%}") && text.length >= 4 ? text.slice(2, -2).trim() : undefined;
}

/** Evaluates every expression in a field's value. `location` is the field, as in `Output`. Gives JSON text; undefined without a field. */
export async function evaluate(place: Place, location: string, field: Json | undefined): Promise<string | undefined> {
  return field === undefined ? undefined : JSON.stringify(await evaluated(place, location, field));
}

/**
 * As `evaluate`, for a field that wants one type. Gives the value itself. `refusal` is what AWS says of a value that the field
 * can't take, undefined for others.
 */
export async function evaluateAs<Type extends keyof Types>(
  place: Place,
  location: string,
  field: Json | undefined,
  type: Type,
  refusal: (value: Types[Type]) => string | undefined = () => undefined,
): Promise<Types[Type] | undefined> {
  if (field === undefined) return undefined;
  const value = await evaluated(place, location, field);
  if (typeOf(value) === type) {
    const refused = refusal(value as Types[Type]);
    if (refused !== undefined) throw evaluationFailure(place.scope, refused, { location, of: "value" });
    return value as Types[Type];
  }
  const source = typeof field === "string" ? expressionIn(field) : undefined;
  const subject = source === undefined ? "value" : `JSONata expression '${source}'`;
  const verb = source === undefined ? "has" : "returned";
  const problem = `The ${subject} specified for the field '${location}' ${verb} an unexpected result type. Expected '${type}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`;
  throw evaluationFailure(place.scope, problem, { location, of: "expression" });
}

/** Compiles, from the cache if it has been compiled before. Throws what JSONata says of the syntax. */
export function compile(source: string): Compiled {
  let compiled = cache.get(source);
  if (!compiled) {
    const expression = jsonata(source);
    bound(expression);
    const names = new Set([...source.matchAll(/\$([\p{L}_][\p{L}\p{N}_]*)/gu)].map((match) => match[1] ?? ""));
    compiled = { expression, names };
    cache.set(source, compiled);
  }
  return compiled;
}

interface Compiled {
  expression: Expression;
  /** Variables and functions it may mention; only these are bound. */
  names: Set<string>;
}
const cache = new Map<string, Compiled>();

async function evaluated(place: Place, location: string, field: Json): Promise<Json> {
  if (typeof field === "string") {
    const source = expressionIn(field);
    return source === undefined ? field : run(place, location, source);
  }
  if (field === null || typeof field !== "object") return field;
  const isList = Array.isArray(field);
  const entries: [string, Json][] = [];
  // One after the other: $uuid and $random draw in the order of the text.
  for (const [name, value] of Object.entries(field))
    entries.push([name, await evaluated(place, isList ? `${location}[${name}]` : `${location}/${name}`, value)]);
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

async function run({ turn, scope, seen }: Place, location: string, source: string): Promise<Json> {
  const fail = (problem: string) => {
    const text = `The JSONata expression '${source}' specified for the field '${location}' ${problem}`;
    return evaluationFailure(scope, text, { location, of: "expression" });
  };
  const { expression, names } = compile(source);
  const bindings: Record<string, unknown> = { ...functions(turn), [counting]: newCount() };
  for (const name of names) {
    const text = variableOf(turn, scope, name);
    if (text !== undefined) bindings[name] = JSON.parse(text);
  }
  if (names.has("states")) bindings.states = statesOf(turn, scope, seen);
  let result: unknown;
  try {
    result = await expression.evaluate(undefined, bindings);
  } catch (thrown) {
    throw fail(`threw an error during evaluation${wording(thrown)}`);
  }
  if (result === undefined) throw fail("returned nothing (undefined).");
  let copy: Json | undefined;
  try {
    copy = copied(result);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw fail("returned data that is nested too deep.");
  }
  if (copy === undefined) throw fail("returned an unsupported result type.");
  return copy;
}

/**
 * A copy without JSONata's hidden flags and aliases; undefined if it holds a function. What JSON has no number for becomes text
 * (measured on AWS: https://github.com/floci-io/floci/blob/main/docs/services/step-functions.md).
 */
function copied(result: unknown): Json | undefined {
  let plain = true;
  const text = JSON.stringify(result, (_name, value) => {
    plain &&= typeof value !== "function" && !value?._jsonata_lambda && !value?._jsonata_function;
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
  if (text !== undefined && isTooDeep(text)) throw new RangeError("nested too deep");
  return plain && text !== undefined ? JSON.parse(text) : undefined;
}

/** JSONata's own errors have a code: recorded. The bounds' have none, and follow a colon: measured on AWS (see bounds.ts). */
function wording(thrown: unknown): string {
  const { code, message = String(thrown) } = Object(thrown) as { code?: string; message?: string };
  return code === undefined ? `: ${message}` : `. ${code}: ${message}`;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
