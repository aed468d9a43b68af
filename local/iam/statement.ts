import * as v from "valibot";

/** One statement of a policy, every element of which the evaluator knows. */
export interface Statement {
  effect: "Allow" | "Deny";
  /** Services that a trust policy names, or `*` for everybody; empty in a policy of the role's own. */
  principals: string[];
  /** Patterns. */
  actions: string[];
  /** Patterns. */
  resources: string[];
  /** All must hold; of each one's values any. */
  conditions: Condition[];
}

export interface Condition {
  operator: Operator;
  key: ConditionKey;
  values: string[];
}

export type Operator = (typeof operators)[number];
export type ConditionKey = (typeof conditionKeys)[number];

/** The operators that the evaluator knows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators = ["StringEquals", "Bool"] as const;

/** The keys that requests carry here. Any other would be missing from every request, and what hangs on it silently refused or allowed. */
const conditionKeys = [
  "aws:SourceAccount",
  "ecs:CreateAction",
  "iam:PassedToService",
  "lambda:FunctionUrlAuthType",
  "lambda:InvokedViaFunctionUrl",
] as const;

/**
 * What a role may do, from its policy's JSON text. Throws where the policy has an element, operator, key or form that the evaluator
 * doesn't know: not to understand a policy is not to enforce it. `where` names the policy.
 */
export const identityStatements = (where: string, text: string): Statement[] =>
  document(where, text, identity).map(({ Action, Resource, ...rest }) => ({
    ...common(rest),
    principals: [],
    actions: Action,
    resources: Resource,
  }));

/** Who may take the role on, from its trust policy's JSON text. Throws as {@link identityStatements} does. */
export const trustStatements = (where: string, text: string): Statement[] =>
  document(where, text, trust).map(({ Action, Principal, ...rest }) => ({
    ...common(rest),
    principals: Principal.Service,
    actions: [Action],
    resources: ["*"],
  }));

const listOf = <T extends v.GenericSchema<string, string>>(text: T) =>
  v.pipe(
    v.union([text, v.pipe(v.array(text), v.minLength(1))]),
    v.transform((one): string[] => [one].flat()),
  );

const actionPattern = v.pipe(v.string(), v.regex(/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/, "must be * or service:Action"));
// `${…}` would be a policy variable.
const resourcePattern = v.pipe(v.string(), v.regex(/^(\*|arn:[^${}\s]+)$/, "must be * or an ARN without ${variables}"));

const shared = {
  Sid: v.optional(v.string()),
  Effect: v.picklist(["Allow", "Deny"]),
  Condition: v.optional(v.record(v.picklist(operators), v.record(v.picklist(conditionKeys), listOf(v.string()))), {}),
};
const identity = v.strictObject({ ...shared, Action: listOf(actionPattern), Resource: listOf(resourcePattern) });
const trust = v.strictObject({
  ...shared,
  Action: v.literal("sts:AssumeRole"),
  Principal: v.strictObject({ Service: listOf(v.string()) }),
});

const common = ({ Effect, Condition }: Pick<v.InferOutput<typeof identity>, "Effect" | "Condition">) => ({
  effect: Effect,
  conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values }) as Condition),
  ),
});

function document<Shape>(where: string, text: string, statement: v.GenericSchema<unknown, Shape>): Shape[] {
  const schema = v.strictObject({ Version: v.literal("2012-10-17"), Statement: v.array(statement) });
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (parsed.success) return parsed.output.Statement;
  const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "policy"}: ${issue.message}`);
  throw new Error(problems.map((problem) => `${where}: ${problem}; the embedded cloud can't enforce that`).join("\n"));
}
