import * as v from "valibot";

/** The operators that the evaluator knows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const operators = ["StringEquals", "ArnEquals", "Bool"] as const;

/** The keys that requests carry here. Any other would be missing from every request, and what hangs on it silently refused or allowed. */
export const conditionKeys = [
  "aws:SourceAccount",
  "ecs:CreateAction",
  "ecs:cluster",
  "iam:PassedToService",
  "lambda:FunctionUrlAuthType",
  "lambda:InvokedViaFunctionUrl",
] as const;

const listOf = <T extends v.GenericSchema<string, string>>(text: T) =>
  v.pipe(
    v.union([text, v.pipe(v.array(text), v.minLength(1))]),
    v.transform((one): string[] => [one].flat()),
  );

const action = v.pipe(v.string(), v.regex(/^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/, "must be * or service:Action"));
// `${…}` would be a policy variable.
const resource = v.pipe(v.string(), v.regex(/^(\*|arn:[^${}\s]+)$/, "must be * or an ARN without ${variables}"));

/** From a policy's JSON text. Not to understand an element, operator, key or form is not to enforce the policy, so all others are refused. */
const policy = <Elements extends v.ObjectEntries>(elements: Elements) => {
  const statement = v.strictObject({
    Sid: v.optional(v.string()),
    Effect: v.picklist(["Allow", "Deny"]),
    Condition: v.optional(v.record(v.picklist(operators), v.record(v.picklist(conditionKeys), listOf(v.string()))), {}),
    ...elements,
  });
  const document = v.strictObject({ Version: v.literal("2012-10-17"), Statement: v.array(statement) });
  return v.pipe(
    v.string(),
    v.parseJson(),
    document,
    v.transform(({ Statement }) => Statement),
  );
};

/** What a role may do. */
export const identityPolicy = policy({ Action: listOf(action), Resource: listOf(resource) });

/** Which services may take the role on. */
export const trustPolicy = policy({
  Action: listOf(v.literal("sts:AssumeRole")),
  Principal: v.strictObject({ Service: listOf(v.string()) }),
});

/** One statement, every element of which the evaluator knows; a trust policy's speaks of its own role, and so of no resource. */
export type Statement = Pick<v.InferOutput<typeof identityPolicy>[number], "Effect" | "Action" | "Condition"> & {
  Resource?: string[];
};
