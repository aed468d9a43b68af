import jsonata, { type Expression } from "jsonata";
import { bound, counting, newCount } from "./bounds.ts";
import type { Json } from "./definition.ts";
import { evaluationFailure } from "./failure.ts";
import { functions, type Surroundings } from "./functions.ts";

/** What a field's expressions see, and where they stand. */
export interface Moment extends Surroundings {
  state: string;
  /** Event id of the state's entry. */
  event: number;
  /** `$states`. */
  states(): unknown;
  /** JSON text of the variable, if it is assigned. */
  variable(name: string): string | undefined;
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

/** Evaluates every expression in a field's value. `location` is the field, as in `Output`. Gives JSON text. */
export async function evaluate(moment: Moment, location: string, field: Json): Promise<string> {
  return JSON.stringify(await evaluated(moment, location, field));
}

/** As `evaluate`, for a field that wants one type. Gives the value itself. */
export async function evaluateAs<Type extends keyof Types>(
  moment: Moment,
  location: string,
  field: Json,
  type: Type,
): Promise<Types[Type]> {
  const value = await evaluated(moment, location, field);
  if (typeOf(value) === type) return value as Types[Type];
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
    throw fail(`threw an error during evaluation${wording(thrown)}`);
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
