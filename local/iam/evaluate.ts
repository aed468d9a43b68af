import { covers, coversAction } from "./pattern.ts";
import type { Condition, ConditionKey, Statement } from "./statement.ts";

/** What is to be allowed. */
export interface Need {
  /** Such as `ecs:UpdateService`. */
  action: string;
  /** ARN, or `*` where the action knows no resources. */
  resource: string;
  context?: Context;
}

/** What a request carries for conditions; a key that is missing satisfies none. */
export type Context = Partial<Record<ConditionKey, string>>;

/** `nothing`: no statement says anything of it, which refuses too. */
export type Verdict = "allowed" | "denied" | "nothing";

/** An explicit denial wins over whatever allows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export function evaluate(statements: readonly Statement[], need: Need): Verdict {
  const effects = statements.filter((statement) => speaksOf(statement, need)).map(({ effect }) => effect);
  if (effects.includes("Deny")) return "denied";
  return effects.includes("Allow") ? "allowed" : "nothing";
}

const speaksOf = ({ actions, resources, conditions }: Statement, { action, resource, context = {} }: Need): boolean =>
  actions.some((pattern) => coversAction(pattern, action)) &&
  resources.some((pattern) => covers(pattern, resource)) &&
  conditions.every((condition) => holds(condition, context));

function holds({ operator, key, values }: Condition, context: Context): boolean {
  const actual = context[key];
  if (actual === undefined) return false;
  switch (operator) {
    case "StringEquals":
      return values.includes(actual);
    case "Bool":
      return values.some((value) => value.toLowerCase() === actual);
  }
}
