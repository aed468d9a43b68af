import { conditionKeys, operators, type Statement } from "./policyDocument.ts";

/** What is to be allowed. */
export interface Need {
  /** Such as `ecs:UpdateService`. */
  action: string;
  /** ARN, or `*` where the action knows no resources. */
  resource: string;
  /** What the request carries for conditions; a key that is missing satisfies none. */
  context?: { [key in (typeof conditionKeys)[number]]?: string };
}

/** `nothing`: no statement says anything of it, which refuses too. */
export type Verdict = "allowed" | "denied" | "nothing";

/** An explicit denial wins over whatever allows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export function evaluate(statements: readonly Statement[], need: Need): Verdict {
  const effects = statements.filter((statement) => speaksOf(statement, need)).map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "denied";
  return effects.includes("Allow") ? "allowed" : "nothing";
}

const speaksOf = (
  { Action, Resource = ["*"], Condition }: Statement,
  { action, resource, context = {} }: Need,
): boolean =>
  // Action names have no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
  Action.some((pattern) => covers(pattern.toLowerCase(), action.toLowerCase())) &&
  Resource.some((pattern) => covers(pattern, resource)) &&
  operators.every((operator) =>
    conditionKeys.every((key) => {
      const values = Condition[operator]?.[key];
      return values?.some((value) => matches[operator](value, context[key])) ?? true;
    }),
  );

const matches: Record<(typeof operators)[number], (value: string, actual: string | undefined) => boolean> = {
  StringEquals: (value, actual) => value === actual,
  // With wildcards, as a resource's pattern.
  ArnEquals: (value, actual) => actual !== undefined && covers(value, actual),
  Bool: (value, actual) => value.toLowerCase() === actual,
};

/**
 * Whether a policy's pattern covers a value: `?` is one character, `*` any number of them. A `*` stops at a colon, unless it ends
 * the pattern; AWS lets it pass wherever it ends a segment, so this is never wider than AWS.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
 */
function covers(pattern: string, value: string): boolean {
  const known = expressions.get(pattern);
  if (known) return known.test(value);
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("?", "[^:]")
    .replaceAll(/\*/g, (_, at: number, whole: string) => (at === whole.length - 1 ? ".*" : "[^:]*"));
  expressions.set(pattern, new RegExp(`^${source}$`, "s"));
  return covers(pattern, value);
}
const expressions = new Map<string, RegExp>();
