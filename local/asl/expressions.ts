import jsonata, { type Expression } from "jsonata";
import type { Json } from "./definition.ts";
import { evaluationFailure } from "./failure.ts";
import { functions, type Surroundings } from "./functions.ts";
import { counting, guard, newCount } from "./guard.ts";

/** What a field's expressions see, and where they stand. */
export interface Moment extends Surroundings {
  state: string;
  /** Event id of the state's entry. */
  event: number;
  /** `$states`; made when the first expression needs it. */
  states(): unknown;
  /** JSON text of the variable, if it is assigned. */
  variable(name: string): string | undefined;
}

export type Type = "array" | "boolean" | "number" | "string" | "object" | "null";

/** The expression within `{% … %}`; undefined for any other string. Blanks around the braces make it a plain string: recorded. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith("{%") && text.endsWith("%}") && text.length >= 4 ? text.slice(2, -2).trim() : undefined;
}

/** Evaluates every expression in a field's value. `location` is the field, as in `Output`. Gives JSON text. */
export async function evaluate(moment: Moment, location: string, field: Json): Promise<string> {
  return JSON.stringify(await evaluated(moment, location, field));
}

/** As `evaluate`, for a field that wants one type. Gives the value itself. */
export async function evaluateAs(moment: Moment, location: string, field: Json, type: Type): Promise<Json> {
  const value = await evaluated(moment, location, field);
  if (typeOf(value) === type) return value;
  const source = typeof field === "string" ? expressionIn(field) : undefined;
  const subject =
    source === undefined
      ? `The value specified for the field '${location}' has`
      : `The JSONata expression '${source}' specified for the field '${location}' returned`;
  const problem = `${subject} an unexpected result type. Expected '${type}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`;
  throw evaluationFailure(moment, problem, { location, of: "expression" });
}

/** Compiles, from the cache if it has been compiled before. Throws what JSONata says of the syntax. */
export function compile(source: string): Compiled {
  let compiled = cache.get(source);
  if (!compiled) {
    const expression = jsonata(source);
    guard(expression);
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

async function evaluated(moment: Moment, location: string, field: Json): Promise<Json> {
  if (typeof field === "string") {
    const source = expressionIn(field);
    return source === undefined ? field : run(moment, location, source);
  }
  if (Array.isArray(field)) {
    const items: Json[] = [];
    // One after the other: $uuid and $random draw in the order of the text.
    for (const [position, item] of field.entries())
      items.push(await evaluated(moment, `${location}[${position}]`, item));
    return items;
  }
  if (field === null || typeof field !== "object") return field;
  const entries: [string, Json][] = [];
  for (const [name, value] of Object.entries(field))
    entries.push([name, await evaluated(moment, `${location}/${name}`, value)]);
  return Object.fromEntries(entries);
}

async function run(moment: Moment, location: string, source: string): Promise<Json> {
  const fail = (problem: string) =>
    evaluationFailure(moment, `The JSONata expression '${source}' specified for the field '${location}' ${problem}`, {
      location,
      of: "expression",
    });
  const { expression, names } = compile(source);
  let result: unknown;
  try {
    result = await expression.evaluate(undefined, bindings(moment, names));
  } catch (thrown) {
    throw fail(`threw an error during evaluation. ${wording(thrown)}`);
  }
  if (result === undefined) throw fail("returned nothing (undefined).");
  const copy = copied(result);
  if (copy === undefined) throw fail("returned an unsupported result type.");
  return copy;
}

function bindings(moment: Moment, names: Set<string>): Record<string, unknown> {
  const bound: Record<string, unknown> = { ...functions(moment), [counting]: newCount() };
  for (const name of names) {
    const text = moment.variable(name);
    if (text !== undefined) bound[name] = JSON.parse(text);
  }
  if (names.has("states")) bound.states = moment.states();
  return bound;
}

/** A copy without JSONata's hidden flags and aliases; undefined if it holds a function. */
function copied(result: unknown): Json | undefined {
  let plain = true;
  const text = JSON.stringify(result, (_name, value) => {
    const isFunction =
      typeof value === "function" || value?._jsonata_lambda === true || value?._jsonata_function === true;
    if (isFunction) plain = false;
    return isFunction ? null : value;
  });
  return plain && text !== undefined ? JSON.parse(text) : undefined;
}

/** JSONata throws plain objects with code and message, functions throw errors. */
function wording(thrown: unknown): string {
  if (thrown === null || typeof thrown !== "object") return String(thrown);
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  return code === undefined ? String(message) : `${code}: ${message}`;
}

function typeOf(value: Json): Type {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as Exclude<Type, "null" | "array">;
}
