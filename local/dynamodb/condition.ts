import { type Attributes, at, type Path } from "./attributes.ts";
import type { Tokens } from "./tokens.ts";
import { compare, equal, type Item, invalid, typeOf, unsupported, type Value } from "./value.ts";

/** Whether an item (an empty one where there is none) fulfils a condition. */
export type Condition = (item: Item) => boolean;
type Operand = { path: Path } | { value: Value };

/**
 * Reads a ConditionExpression: comparisons, attribute_exists, attribute_not_exists, begins_with, AND, OR, NOT, parentheses.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function parseCondition(tokens: Tokens, attributes: Attributes): Condition {
  const condition = any();
  tokens.end();
  return condition;

  function any(): Condition {
    const conditions = [all()];
    while (tokens.took("OR")) conditions.push(all());
    return (item) => conditions.some((each) => each(item));
  }

  function all(): Condition {
    const conditions = [one()];
    while (tokens.took("AND")) conditions.push(one());
    return (item) => conditions.every((each) => each(item));
  }

  function one(): Condition {
    if (tokens.took("NOT")) {
      const negated = one();
      return (item) => !negated(item);
    }
    if (tokens.took("(")) {
      const inner = any();
      tokens.expect(")");
      return inner;
    }
    return /^[a-z_]+$/.test(tokens.next) && tokens.following === "(" ? call() : comparison();
  }

  function call(): Condition {
    const name = tokens.take();
    tokens.expect("(");
    if (name === "attribute_exists" || name === "attribute_not_exists") {
      const path = attributes.path(tokens);
      tokens.expect(")");
      return (item) => (at(item, path) !== undefined) === (name === "attribute_exists");
    }
    if (name !== "begins_with") throw unsupported(`the function ${name}`);
    const text = operand();
    tokens.expect(",");
    const start = operand();
    tokens.expect(")");
    return (item) => {
      const [whole, beginning] = [resolve(text, item), resolve(start, item)];
      return whole && beginning && "S" in whole && "S" in beginning ? whole.S.startsWith(beginning.S) : false;
    };
  }

  function comparison(): Condition {
    const left = operand();
    const operator = tokens.next;
    if (operator.toUpperCase() === "IN" || operator.toUpperCase() === "BETWEEN") throw unsupported(operator);
    const holds = comparators[operator];
    if (!holds) throw tokens.unexpected();
    tokens.take();
    const right = operand();
    if ("path" in left && "path" in right && left.path.join() === right.path.join()) {
      throw invalid(
        `Invalid ${tokens.kind}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: [${left.path.join(", ")}]`,
      );
    }
    if (operator !== "=" && operator !== "<>") for (const side of [left, right]) mustHaveOrder(side, operator);
    return (item) => holds(resolve(left, item), resolve(right, item));
  }

  function operand(): Operand {
    if (!tokens.next.startsWith(":")) return { path: attributes.path(tokens) };
    const value = attributes.value(tokens);
    // dynalite can't compare them, so nothing would hold this form to the truth.
    if ("M" in value || "L" in value) throw unsupported("conditions on whole maps and lists");
    return { value };
  }

  function mustHaveOrder(side: Operand, operator: string): void {
    if (!("value" in side) || ["S", "N"].includes(typeOf(side.value))) return;
    throw invalid(
      `Invalid ${tokens.kind}: Incorrect operand type for operator or function; operator: ${operator}, operand type: ${typeOf(side.value)}`,
    );
  }
}

type Holds = (a: Value | undefined, b: Value | undefined) => boolean;

const ordered =
  (holds: (order: number) => boolean): Holds =>
  (a, b) => {
    const order = a && b && compare(a, b);
    return order !== undefined && holds(order);
  };

/** A missing attribute equals nothing, differs from everything and has no order. */
const comparators: Record<string, Holds | undefined> = {
  "=": (a, b) => a !== undefined && b !== undefined && equal(a, b),
  "<>": (a, b) => a === undefined || b === undefined || !equal(a, b),
  "<": ordered((order) => order < 0),
  "<=": ordered((order) => order <= 0),
  ">": ordered((order) => order > 0),
  ">=": ordered((order) => order >= 0),
};

function resolve(operand: Operand, item: Item): Value | undefined {
  return "value" in operand ? operand.value : at(item, operand.path);
}
