import * as v from "valibot";
import type { Graph, Resource } from "../graph/graph.ts";
import { resourcesOf } from "../graph/resources.ts";
import { identityPolicy, type Statement, trustPolicy } from "./policyDocument.ts";

/** A role of the graph, with all that is said of it. */
export interface Role {
  name: string;
  /** Who may take it on. */
  trust: v.InferOutput<typeof trustPolicy>;
  /** What it may do. */
  identity: readonly Statement[];
  /** ARNs of AWS's own policies that are attached. */
  managed: readonly string[];
}

/**
 * Every policy of the graphs: ARN → role, and ARN of a function → what everybody may do with it. Throws one line for each thing that
 * can't be enforced: where, rule, actual value.
 */
export function policiesOf(graphs: readonly Graph[]) {
  const resources = graphs.flatMap((graph) => graph.resources);
  const unknown = resources.filter((resource) => speaksOfAccess(resource) && !Object.hasOwn(understood, resource.type));
  if (unknown.length > 0)
    throw new Error(unknown.map(({ urn }) => `${urn}: the embedded cloud can't enforce its policy`).join("\n"));

  const all = <Type extends keyof typeof understood>(type: Type) =>
    graphs.flatMap((graph) => resourcesOf<v.InferOutput<(typeof understood)[Type]>>(graph, type, understood[type]));
  const policies = all("aws:iam/rolePolicy:RolePolicy");
  const attachments = all("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
  const permissions = all("aws:lambda/permission:Permission");
  const roles = all("aws:iam/role:Role").map(({ arn, name, assumeRolePolicy: trust }): [string, Role] => {
    const identity = policies.filter(({ role }) => role === name).flatMap(({ policy }) => policy);
    const managed = attachments.filter(({ role }) => role === name).map(({ policyArn }) => policyArn);
    return [arn, { name, trust, identity, managed }];
  });
  const functions = all("aws:lambda/function:Function").map(({ arn, name }): [string, Statement[]] => [
    arn,
    permissions.filter(({ of }) => of === name || of === arn).map(({ statement }) => statement),
  ]);
  return { roles: new Map(roles), functions: new Map(functions) };
}

export type Policies = ReturnType<typeof policiesOf>;

/** Also by resource policies of the services that are called here. */
const speaksOfAccess = ({ type, inputs }: Resource): boolean =>
  type.startsWith("aws:iam/") ||
  (/^aws:(dynamodb|lambda|secretsmanager|sns)\//.test(type) &&
    (/(Policy|Permission)$/.test(type) || inputs.policy !== undefined));

/** Of AWS's own policies only the attachment is looked at, so each must be known for what it is. */
export const shiftsTraffic = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers";

/** Type of a resource → its inputs. */
const understood = {
  // Strict: what else a role can have (inline policies, a permissions boundary …) decides about access too.
  "aws:iam/role:Role": v.strictObject({
    name: v.string(),
    description: v.optional(v.string()),
    tags: v.optional(v.record(v.string(), v.string())),
    assumeRolePolicy: trustPolicy,
  }),
  "aws:iam/rolePolicy:RolePolicy": v.strictObject({
    name: v.optional(v.string()),
    role: v.string(),
    policy: identityPolicy,
  }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": v.strictObject({
    role: v.string(),
    policyArn: v.literal(shiftsTraffic),
  }),
  "aws:lambda/function:Function": v.object({ name: v.string() }),
  // As the statement that Lambda writes for it: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html#urls-auth-none
  "aws:lambda/permission:Permission": v.pipe(
    v.strictObject({
      statementId: v.optional(v.string()),
      action: v.picklist(["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]),
      function: v.string(),
      // Any other would have to be told apart from everybody.
      principal: v.literal("*"),
      functionUrlAuthType: v.optional(v.string()),
      invokedViaFunctionUrl: v.optional(v.boolean()),
    }),
    v.transform(({ function: of, action, functionUrlAuthType: authType, invokedViaFunctionUrl: viaUrl }) => {
      const Condition: Statement["Condition"] = {
        ...(authType === undefined ? {} : { StringEquals: { "lambda:FunctionUrlAuthType": [authType] } }),
        ...(viaUrl === undefined ? {} : { Bool: { "lambda:InvokedViaFunctionUrl": [String(viaUrl)] } }),
      };
      return { of, statement: { Effect: "Allow" as const, Action: [action], Condition } };
    }),
  ),
};
