import { AwsError } from "../awsError.ts";

/** An attribute's value as DynamoDB's API has it. Binary values are not supported. */
export type Value =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { L: Value[] }
  | { M: Item };
export type Item = { [attribute: string]: Value };
export type ValueType = "S" | "N" | "BOOL" | "NULL" | "SS" | "NS" | "L" | "M";

export function typeOf(value: Value): ValueType {
  return Object.keys(value)[0] as ValueType;
}

/** Checks a value from outside and writes numbers the one way DynamoDB does ("1.0" is "1"). Throws ValidationException. */
export function parseValue(given: unknown): Value {
  const [[type, content] = [], more] = given instanceof Object ? Object.entries(given) : [];
  if (!type || more) {
    throw invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
  }
  if (type === "S" && typeof content === "string") return { S: content };
  if (type === "N" && typeof content === "string") return { N: number(content) };
  if (type === "BOOL" && typeof content === "boolean") return { BOOL: content };
  if (type === "NULL" && content === true) return { NULL: true };
  if (type === "SS" && isTexts(content)) return { SS: set(content, "string") };
  if (type === "NS" && isTexts(content)) return { NS: set(content.map(number), "number") };
  if (type === "L" && Array.isArray(content)) return { L: content.map(parseValue) };
  if (type === "M" && content instanceof Object) return { M: parseItem(content) };
  throw unsupported(`the attribute value ${JSON.stringify(given)}`);
}

export function parseItem(given: object): Item {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, parseValue(value)]));
}

/** Equality of any two values; sets have no order, numbers are compared as numbers. */
export function equal(a: Value, b: Value): boolean {
  return canonical(a) === canonical(b);
}

/** Negative, zero or positive for two strings (by their UTF-8 bytes) or two numbers; undefined where there is no order. */
export function compare(a: Value, b: Value): number | undefined {
  if ("N" in a && "N" in b) return Number(a.N) - Number(b.N);
  if ("S" in a && "S" in b) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  return undefined;
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** What the real DynamoDB may well do and this one doesn't. */
export function unsupported(what: string): AwsError {
  return invalid(`The embedded cloud's DynamoDB does not support ${what}; see local/dynamodb`);
}

/** DynamoDB computes with 38 digits, this with a double's safe 15: more is refused rather than rounded. */
export function number(text: string): string {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
    throw invalid(
      text === ""
        ? "The parameter cannot be converted to a numeric value"
        : `The parameter cannot be converted to a numeric value: ${text}`,
    );
  }
  const written = String(Number(text));
  if (written.replace(/\D/g, "").length > 15 || written.includes("e")) throw unsupported(`the number ${text}`);
  return written === "-0" ? "0" : written;
}

function set(members: string[], kind: "string" | "number"): string[] {
  if (members.length === 0) {
    throw invalid(`One or more parameter values were invalid: An ${kind} set  may not be empty`);
  }
  if (new Set(members).size < members.length) {
    throw invalid(
      `One or more parameter values were invalid: Input collection [${members.join(", ")}] contains duplicates.`,
    );
  }
  return members;
}

function isTexts(content: unknown): content is string[] {
  return Array.isArray(content) && content.every((each) => typeof each === "string");
}

function canonical(value: Value): string {
  if ("SS" in value) return JSON.stringify({ SS: value.SS.toSorted() });
  if ("NS" in value) return JSON.stringify({ NS: value.NS.toSorted() });
  if ("L" in value) return `[${value.L.map(canonical).join()}]`;
  if ("M" in value) {
    const names = Object.keys(value.M).toSorted();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value.M[name]!)}`).join()}}`;
  }
  return JSON.stringify(value);
}
