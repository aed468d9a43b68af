import type * as v from "valibot";
import { nearMatch } from "./nearMatch.ts";
import { lineOf } from "./text.ts";

type Schema = v.GenericSchema;

/**
 * Everything wrong with what was given, one line each: rule, actual value, what to do. Keys that the schema doesn't know count
 * too: a misspelt one would silently leave its default in force. `root`: what the whole is called.
 */
export function problems(schema: Schema, given: unknown, issues: v.BaseIssue<unknown>[], root = "it"): string[] {
  return [...unknownKeys(schema, given, []), ...issues.map((issue) => worded(schema, issue, root))];
}

function worded(schema: Schema, issue: v.BaseIssue<unknown>, root: string): string {
  const path = (issue.path ?? []).map(({ key }) => key);
  const at = path.length === 0 ? root : dotted(path);
  if (issue.input === undefined) return `${at} is missing: it must be ${ruleOf(path.reduce(below, schema))}`;
  return `${at} must be ${issue.message.startsWith("Invalid") ? ruleOf(path.reduce(below, schema)) : issue.message}, not ${shown(issue.input)}`;
}

function unknownKeys(schema: Schema | undefined, given: unknown, path: unknown[]): string[] {
  const inner = unwrapped(schema);
  if (inner && "item" in inner && Array.isArray(given))
    return given.flatMap((one, index) => unknownKeys(below(inner, index), one, [...path, index]));
  const entries = entriesOf(inner);
  if (!entries || typeof given !== "object" || given === null) return [];
  const known = Object.keys(entries);
  return Object.entries(given).flatMap(([key, value]) => {
    if (known.includes(key)) return unknownKeys(below(inner, key), value, [...path, key]);
    const near = nearMatch(key, known);
    return [
      `${dotted([...path, key])} is not known: ${near ? `did you mean ${near}?` : `the keys are ${known.join(", ")}`}`,
    ];
  });
}

/** The schema of a key or of a list's item. */
function below(schema: Schema | undefined, key: unknown): Schema | undefined {
  const inner = unwrapped(schema);
  if (inner && "item" in inner) return inner.item as Schema;
  return entriesOf(inner)?.[String(key)];
}

function ruleOf(schema: Schema | undefined): string {
  const inner = unwrapped(schema);
  if (inner && "message" in inner && typeof inner.message === "string") return inner.message;
  const entries = entriesOf(inner);
  return entries ? `a map of ${Object.keys(entries).join(", ")}` : "set";
}

const unwrapped = (schema: Schema | undefined): Schema | undefined =>
  schema && "wrapped" in schema ? unwrapped(schema.wrapped as Schema) : schema;

const entriesOf = (schema: Schema | undefined): Record<string, Schema> | undefined =>
  schema && "entries" in schema ? (schema.entries as Record<string, Schema>) : undefined;

const dotted = (path: unknown[]): string =>
  path.map((key, index) => (typeof key === "number" ? `[${key}]` : `${index > 0 ? "." : ""}${nameIn(key)}`)).join("");

/** A key as it is, or as a JSON text where it could pass for something else. */
const nameIn = (key: unknown): string => (/^[\w:-]{1,80}$/.test(String(key)) ? String(key) : shown(key));

const shown = (value: unknown): string => lineOf(JSON.stringify(value), 80);
