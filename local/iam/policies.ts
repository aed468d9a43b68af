import * as v from "valibot";
import type { Graph, Resource } from "../graph/graph.ts";
import {
  type Condition,
  type ConditionKey,
  identityStatements,
  type Operator,
  type Statement,
  trustStatements,
} from "./statement.ts";

/** A role of the graph, with all that is said of it. */
export interface Role {
  name: string;
  /** Who may take it on. */
  trust: readonly Statement[];
  /** What it may do. */
  identity: readonly Statement[];
  /** Names of AWS's own policies that are attached. */
  managed: readonly string[];
}

export interface Policies {
  /** ARN → role. */
  roles: ReadonlyMap<string, Role>;
  /** ARN of a function → its resource-based policy. */
  functions: ReadonlyMap<string, readonly Statement[]>;
}

/** Every policy of the graphs. Throws one line for each thing that can't be enforced: where, rule, actual value. */
export function policiesOf(graphs: readonly Graph[]): Policies {
  const resources = graphs.flatMap((graph) => graph.resources);
  const of = (type: string) => resources.filter((resource) => resource.type === type);
  const unknown = resources.filter(({ type }) => type.startsWith("aws:iam/") && !known.includes(type));
  if (unknown.length > 0)
    throw new Error(unknown.map(({ urn, type }) => `${urn}: the embedded cloud can't enforce a ${type}`).join("\n"));

  const policies = of(rolePolicy).map((resource) => read(resource, policyInputs));
  const attachments = of(rolePolicyAttachment).map((resource) => read(resource, attachmentInputs));
  const roles = of(role).map((resource): [string, Role] => {
    const { name, assumeRolePolicy } = read(resource, roleInputs);
    const own = policies.filter((policy) => policy.role === name);
    return [
      String(resource.outputs.arn),
      {
        name,
        trust: trustStatements(`trust policy of role ${name}`, assumeRolePolicy),
        identity: own.flatMap(({ policy }) => identityStatements(`policy of role ${name}`, policy)),
        managed: attachments.filter((one) => one.role === name).map(({ policyArn }) => policyArn),
      },
    ];
  });
  const permissions = of("aws:lambda/permission:Permission").map((resource) => read(resource, permissionInputs));
  const functions = of("aws:lambda/function:Function").map(({ inputs, outputs }): [string, Statement[]] => {
    const arn = String(outputs.arn);
    const own = permissions.filter((permission) => permission.function === inputs.name || permission.function === arn);
    return [arn, own.map((permission) => permissionStatement(arn, permission))];
  });
  return { roles: new Map(roles), functions: new Map(functions) };
}

const role = "aws:iam/role:Role";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const rolePolicyAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const known = [role, rolePolicy, rolePolicyAttachment];

// Strict: what else a role can have (inline policies, a permissions boundary …) decides about access too.
const roleInputs = v.strictObject({
  name: v.string(),
  description: v.optional(v.string()),
  tags: v.optional(v.record(v.string(), v.string())),
  assumeRolePolicy: v.string(),
});
const policyInputs = v.strictObject({ name: v.optional(v.string()), role: v.string(), policy: v.string() });
const managedPolicy = "AmazonECSInfrastructureRolePolicyForLoadBalancers";
// Of AWS's own policies only the attachment is looked at, so each must be known for what it is.
const attachmentInputs = v.strictObject({
  role: v.string(),
  policyArn: v.pipe(
    v.literal(`arn:aws:iam::aws:policy/${managedPolicy}`),
    v.transform(() => managedPolicy),
  ),
});
const permissionInputs = v.strictObject({
  statementId: v.optional(v.string()),
  action: v.picklist(["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]),
  function: v.string(),
  // Any other would have to be told apart from everybody.
  principal: v.literal("*"),
  functionUrlAuthType: v.optional(v.string()),
  invokedViaFunctionUrl: v.optional(v.boolean()),
});

/** The statement that Lambda writes for it: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html#urls-auth-none */
const permissionStatement = (
  functionArn: string,
  { action, principal, functionUrlAuthType, invokedViaFunctionUrl }: v.InferOutput<typeof permissionInputs>,
): Statement => ({
  effect: "Allow",
  principals: [principal],
  actions: [action],
  resources: [functionArn],
  conditions: [
    ...when("StringEquals", "lambda:FunctionUrlAuthType", functionUrlAuthType),
    ...when("Bool", "lambda:InvokedViaFunctionUrl", invokedViaFunctionUrl),
  ],
});

const when = (operator: Operator, key: ConditionKey, value: string | boolean | undefined): Condition[] =>
  value === undefined ? [] : [{ operator, key, values: [String(value)] }];

function read<T>({ urn, inputs }: Resource, schema: v.GenericSchema<unknown, T>): T {
  const parsed = v.safeParse(schema, inputs);
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map((issue) => `${urn}: ${v.getDotPath(issue) ?? "inputs"}: ${issue.message}`);
  throw new Error(problems.map((problem) => `${problem}; the embedded cloud can't enforce that`).join("\n"));
}
