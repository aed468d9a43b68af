import { compile } from "./compile.ts";
import { type StateValues, statesVariable, variableOf } from "./context.ts";
import { expressionIn, type Json, maximumSeconds } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluationFailure } from "./failure.ts";
import { functions } from "./functions.ts";
import { isTooDeep, tooDeep } from "./limits.ts";
import type { Turn } from "./turn.ts";

/** Whose state's field it is, and what its expressions find in `$states`. */
export interface Viewpoint {
  turn: Turn;
  scope: Scope;
  values?: StateValues;
}

interface Types {
  array: Json[];
  boolean: boolean;
  number: number;
  string: string;
}

/** Evaluates every expression in a field's value. `location` is the field, as in `Output`. Gives JSON text; undefined without a field. */
export async function evaluate(
  viewpoint: Viewpoint,
  location: string,
  field: Json | undefined,
): Promise<string | undefined> {
  return field === undefined ? undefined : JSON.stringify(await evaluateValue(viewpoint, location, field));
}

/**
 * As `evaluate`, for a field that wants one type. Gives the value itself. `refusal` is what AWS says of a value that the field
 * can't take, undefined for others.
 */
export async function evaluateAs<Type extends keyof Types>(
  viewpoint: Viewpoint,
  location: string,
  field: Json | undefined,
  type: Type,
  refusal: (value: Types[Type]) => string | undefined = () => undefined,
): Promise<Types[Type] | undefined> {
  if (field === undefined) return undefined;
  const value = await evaluateValue(viewpoint, location, field);
  if (typeOf(value) === type) {
    const problem = refusal(value as Types[Type]);
    if (problem !== undefined) throw evaluationFailure(viewpoint.scope, problem, { location, of: "value" });
    return value as Types[Type];
  }
  const source = typeof field === "string" ? expressionIn(field) : undefined;
  const subject = source === undefined ? "value" : `JSONata expression '${source}'`;
  const verb = source === undefined ? "has" : "returned";
  const problem = `The ${subject} specified for the field '${location}' ${verb} an unexpected result type. Expected '${type}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`;
  throw evaluationFailure(viewpoint.scope, problem, { location, of: "expression" });
}

/** A field's whole number of seconds, `least` or more. */
export const evaluateSeconds = (
  viewpoint: Viewpoint,
  name: string,
  field: number | string | undefined,
  least: number,
) =>
  evaluateAs(viewpoint, name, field, "number", (value) =>
    Number.isInteger(value) && value >= least && value <= maximumSeconds
      ? undefined
      : // [unverified]: the wording.
        `The ${name} field must be a whole number from ${least} to ${maximumSeconds}, but was: ${value}`,
  );

async function evaluateValue(viewpoint: Viewpoint, location: string, field: Json): Promise<Json> {
  if (typeof field === "string") {
    const source = expressionIn(field);
    return source === undefined ? field : evaluateExpression(viewpoint, location, source);
  }
  if (field === null || typeof field !== "object") return field;
  const isList = Array.isArray(field);
  const entries: [string, Json][] = [];
  // One after the other: $uuid, $random and $shuffle draw in the order of the text.
  for (const [name, value] of Object.entries(field)) {
    const inner = isList ? `${location}[${name}]` : `${location}/${name}`;
    entries.push([name, await evaluateValue(viewpoint, inner, value)]);
  }
  return isList ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

async function evaluateExpression(viewpoint: Viewpoint, location: string, source: string): Promise<Json> {
  const { turn, scope, values = {} } = viewpoint;
  const failure = (problem: string) => {
    const text = `The JSONata expression '${source}' specified for the field '${location}' ${problem}`;
    return evaluationFailure(scope, text, { location, of: "expression" });
  };
  const expression = compile(source);
  const bindings = functions(turn);
  for (const name of expression.names) {
    const text = variableOf(turn, scope, name);
    if (text !== undefined) bindings[name] = JSON.parse(text);
  }
  if (expression.names.has("states")) bindings.states = statesVariable(turn, scope, values);
  let result: unknown;
  try {
    result = await expression.evaluate(bindings, turn.at);
  } catch (thrown) {
    throw failure(`threw an error during evaluation${describe(thrown)}`);
  }
  if (result === undefined) throw failure("returned nothing (undefined).");
  let text: string | undefined;
  try {
    text = textOf(result);
  } catch (thrown) {
    // Too long for a text, or too deep for Node's stack.
    if (!(thrown instanceof RangeError)) throw thrown;
    throw failure(`returned data that is ${thrown.message === "Invalid string length" ? "too long" : tooDeep}.`);
  }
  if (text === undefined) throw failure("returned an unsupported result type.");
  if (isTooDeep(text)) throw failure(`returned data that is ${tooDeep}.`);
  return JSON.parse(text);
}

/**
 * JSON text, thus without JSONata's hidden flags and aliases; undefined if there is a function in it. What JSON has no number for
 * becomes text (measured on AWS: https://github.com/floci-io/floci/blob/main/docs/services/step-functions.md).
 */
function textOf(result: unknown): string | undefined {
  let isPlain = true;
  const text = JSON.stringify(result, (_name, value) => {
    isPlain &&= typeof value !== "function" && !value?._jsonata_lambda && !value?._jsonata_function;
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
  return isPlain ? text : undefined;
}

/** JSONata's own errors have a code: recorded. The bounds' have none, and follow a colon: measured on AWS (see compile.ts). */
function describe(thrown: unknown): string {
  const { code, message = String(thrown) } = Object(thrown) as { code?: string; message?: string };
  return code === undefined ? `: ${message}` : `. ${code}: ${message}`;
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
