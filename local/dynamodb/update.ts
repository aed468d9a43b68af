import { type Attributes, at, type Path } from "./attributes.ts";
import type { Tokens } from "./tokens.ts";
import { type Item, invalid, number, typeOf, unsupported, type Value, type ValueType } from "./value.ts";

/** An UpdateExpression, read: which paths it touches, and what it makes of an item. */
export interface Update {
  paths: Path[];
  /** Answers the new item. Every right side sees the item as it was before. Throws ValidationException. */
  apply(item: Item): Item;
}

interface Change {
  path: Path;
  /** The value to be there afterwards; undefined removes it. */
  value(before: Item): Value | undefined;
}
type Source = (before: Item) => Value;

/**
 * Reads an UpdateExpression: SET (with `+`, `-`, if_not_exists), REMOVE, ADD and DELETE.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function parseUpdate(tokens: Tokens, attributes: Attributes): Update {
  const clauses: Record<string, () => Change> = { SET: assignment, REMOVE: removal, ADD: addition, DELETE: deletion };
  const changes: Change[] = [];
  const seen = new Set<string>();
  while (tokens.next !== "") {
    const keyword = tokens.next.toUpperCase();
    const clause = clauses[keyword];
    if (!clause) throw tokens.unexpected();
    tokens.take();
    if (seen.has(keyword)) {
      throw invalid(
        `Invalid UpdateExpression: The "${keyword}" section can only be used once in an update expression;`,
      );
    }
    seen.add(keyword);
    do changes.push(clause());
    while (tokens.took(","));
  }
  const paths = changes.map(({ path }) => path);
  mustNotOverlap(paths);
  return {
    paths,
    apply: (before) => changes.reduce((item, { path, value }) => put(item, path, value(before)), before),
  };

  function assignment(): Change {
    const path = attributes.path(tokens);
    tokens.expect("=");
    const left = source();
    for (const sign of ["+", "-"]) {
      if (!tokens.took(sign)) continue;
      const right = source();
      return { path, value: (before) => sum(left(before), right(before), sign === "+" ? 1 : -1) };
    }
    return { path, value: left };
  }

  function source(): Source {
    if (tokens.next.startsWith(":")) {
      const value = attributes.value(tokens);
      return () => value;
    }
    if (tokens.following !== "(") {
      const path = attributes.path(tokens);
      return (before) => at(before, path) ?? missing();
    }
    const name = tokens.take();
    if (name !== "if_not_exists") throw unsupported(`the function ${name}`);
    tokens.expect("(");
    const path = attributes.path(tokens);
    tokens.expect(",");
    const otherwise = source();
    tokens.expect(")");
    return (before) => at(before, path) ?? otherwise(before);
  }

  function removal(): Change {
    return { path: attributes.path(tokens), value: () => undefined };
  }

  function addition(): Change {
    const path = attributes.path(tokens);
    const added = attributes.value(tokens);
    const type = typeOf(added);
    if (!["N", "SS", "NS"].includes(type)) throw wrongOperand("ADD", type);
    return { path, value: (before) => add(at(before, path), added) };
  }

  function deletion(): Change {
    const path = attributes.path(tokens);
    const removed = attributes.value(tokens);
    if (!("SS" in removed || "NS" in removed)) throw wrongOperand("DELETE", typeOf(removed));
    return { path, value: (before) => without(at(before, path), removed) };
  }
}

function put(item: Item, [name, ...rest]: Path, value: Value | undefined): Item {
  const [next, ...deeper] = rest;
  if (next !== undefined) {
    const parent = item[name];
    if (!parent || !("M" in parent)) {
      throw invalid("The document path provided in the update expression is invalid for update");
    }
    return { ...item, [name]: { M: put(parent.M, [next, ...deeper], value) } };
  }
  if (value) return { ...item, [name]: value };
  const { [name]: _removed, ...kept } = item;
  return kept;
}

function sum(a: Value, b: Value, sign: 1 | -1): Value {
  if ("N" in a && "N" in b) return { N: number(String(Number(a.N) + sign * Number(b.N))) };
  throw wrongType();
}

function add(existing: Value | undefined, added: Value): Value {
  if (!existing) return added;
  if ("N" in existing && "N" in added) return sum(existing, added, 1);
  if ("SS" in existing && "SS" in added) return { SS: [...new Set([...existing.SS, ...added.SS])] };
  if ("NS" in existing && "NS" in added) return { NS: [...new Set([...existing.NS, ...added.NS])] };
  throw wrongType();
}

/** A set that loses its last member is gone. */
function without(existing: Value | undefined, removed: Value): Value | undefined {
  if (!existing) return undefined;
  const left = (from: string[], out: string[]) => from.filter((each) => !out.includes(each));
  if ("SS" in existing && "SS" in removed) return nonEmpty({ SS: left(existing.SS, removed.SS) });
  if ("NS" in existing && "NS" in removed) return nonEmpty({ NS: left(existing.NS, removed.NS) });
  throw wrongType();
}

function nonEmpty(set: { SS: string[] } | { NS: string[] }): Value | undefined {
  return Object.values(set)[0]?.length ? set : undefined;
}

function mustNotOverlap(paths: Path[]): void {
  for (const [index, one] of paths.entries()) {
    for (const two of paths.slice(index + 1)) {
      if (!one.every((name, at) => at >= two.length || name === two[at])) continue;
      throw invalid(
        `Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one.join(", ")}], path two: [${two.join(", ")}]`,
      );
    }
  }
}

function missing(): never {
  throw invalid("The provided expression refers to an attribute that does not exist in the item");
}

function wrongType(): Error {
  return invalid("An operand in the update expression has an incorrect data type");
}

const LONG_NAMES: { [Type in ValueType]: string } = {
  S: "STRING",
  N: "NUMBER",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  L: "LIST",
  M: "MAP",
};

function wrongOperand(operator: string, type: ValueType): Error {
  return invalid(
    `Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${operator}, operand type: ${LONG_NAMES[type]}`,
  );
}
