import { AwsError } from "../awsError.ts";
import { reservedWords } from "./reservedWords.ts";
import type { Tokens } from "./tokens.ts";
import { type Item, invalid, parseValue, unsupported, type Value } from "./value.ts";

/** Where an attribute is: its name, then the keys of nested maps. */
export type Path = readonly [string, ...string[]];

/** `ExpressionAttributeNames` and `ExpressionAttributeValues` of one request, and which of them its expressions used. */
export class Attributes {
  readonly #names: Record<string, string>;
  readonly #values: Item;
  readonly #used = new Set<string>();

  constructor(names: Record<string, string> = {}, values: object = {}) {
    this.#names = names;
    this.#values = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, parseNamed(name, value)]));
  }

  value(tokens: Tokens): Value {
    const token = tokens.take();
    this.#used.add(token);
    const value = this.#values[token];
    if (value) return value;
    throw invalid(
      `Invalid ${tokens.kind}: An expression attribute value used in expression is not defined; attribute value: ${token}`,
    );
  }

  path(tokens: Tokens): Path {
    const path: [string, ...string[]] = [this.#name(tokens)];
    while (tokens.took(".")) path.push(this.#name(tokens));
    if (tokens.next === "[") throw unsupported("list elements in expressions");
    return path;
  }

  /** DynamoDB refuses a request that brings a name or value that no expression uses. */
  mustBeUsed(): void {
    const unused = (given: object) => Object.keys(given).filter((each) => !this.#used.has(each));
    const names = unused(this.#names);
    if (names.length > 0) throw notUsed("ExpressionAttributeNames", names);
    const values = unused(this.#values);
    if (values.length > 0) throw notUsed("ExpressionAttributeValues", values);
  }

  #name(tokens: Tokens): string {
    const token = tokens.next;
    if (!/^[#A-Za-z_]/.test(token)) throw tokens.unexpected();
    tokens.take();
    if (reservedWords.has(token.toUpperCase())) {
      throw invalid(`Invalid ${tokens.kind}: Attribute name is a reserved keyword; reserved keyword: ${token}`);
    }
    if (!token.startsWith("#")) return token;
    this.#used.add(token);
    const name = this.#names[token];
    if (name !== undefined) return name;
    throw invalid(
      `Invalid ${tokens.kind}: An expression attribute name used in the document path is not defined; attribute name: ${token}`,
    );
  }
}

/** The value at a path, if the item has one there. */
export function at(item: Item, [name, ...rest]: Path): Value | undefined {
  let value = item[name];
  for (const key of rest) value = value && "M" in value ? value.M[key] : undefined;
  return value;
}

function parseNamed(name: string, value: unknown): Value {
  try {
    return parseValue(value);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`);
  }
}

function notUsed(parameter: string, keys: string[]): Error {
  return invalid(`Value provided in ${parameter} unused in expressions: keys: {${keys.join(", ")}}`);
}
