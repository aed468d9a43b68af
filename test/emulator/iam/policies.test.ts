import { describe, expect, test } from "vitest";
import type { Graph } from "../../../emulator/graph/graph.ts";
import { graphs, openStage } from "../../support/rehearse.ts";
import { changed } from "./support/grants.ts";

/** One change to the role `deploy` of dev, or to what uses it, and what the cloud says instead of opening. */
interface Case {
  title: string;
  type: string;
  name?: string;
  inputs: (before: Record<string, unknown>) => Record<string, unknown>;
  says: RegExp;
}

const allow = { Effect: "Allow", Action: "ecs:UpdateService", Resource: "*" };
const policy = (statement: object) => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: () => ({ policy: JSON.stringify({ Version: "2012-10-17", Statement: [allow, statement] }) }),
});
const trusting = (statement: object) => ({
  type: "aws:iam/role:Role",
  inputs: () => ({
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }],
    }),
  }),
});

const notUnderstood: Case[] = [
  {
    title: "an element that turns the rule round",
    ...policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
    says: /RolePolicy::deploy: policy\.Statement\.1\.Action: .*\n.*Statement\.1\.NotAction: .*"NotAction"; .* can't run that/,
  },
  {
    title: "somebody else in a role's own policy",
    ...policy({ ...allow, Principal: "*" }),
    says: /Statement\.1\.Principal/,
  },
  {
    title: "an operator",
    ...policy({ ...allow, Condition: { StringNotEquals: { "iam:PassedToService": "lambda.amazonaws.com" } } }),
    says: /Statement\.1\.Condition\.StringNotEquals: .*received "StringNotEquals"/,
  },
  {
    title: "a condition key",
    ...policy({ ...allow, Condition: { StringEquals: { "ecs:service": "shop" } } }),
    says: /Statement\.1\.Condition\.StringEquals\.ecs:service: .*received "ecs:service"/,
  },
  {
    title: "a policy variable",
    ...policy({ ...allow, Resource: "arn:aws:ecs:*:*:service/${aws:username}/*" }),
    says: /Statement\.1\.Resource: must be \* or an ARN without \$\{variables\}/,
  },
  {
    title: "another sort of principal",
    ...trusting({ Principal: { Federated: "arn:aws:iam::000000000000:oidc-provider/example.com" } }),
    says: /Role::deploy: assumeRolePolicy\.Statement\.0\.Principal/,
  },
  {
    title: "a permissions boundary",
    type: "aws:iam/role:Role",
    inputs: () => ({ permissionsBoundary: "arn:aws:iam::aws:policy/ReadOnlyAccess" }),
    says: /Role::deploy: permissionsBoundary: .*; the embedded cloud can't run that/,
  },
  {
    title: "another of AWS's own policies",
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    name: "infrastructure",
    inputs: () => ({ policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }),
    says: /policyArn: .*received "arn:aws:iam::aws:policy\/AdministratorAccess"/,
  },
  {
    title: "a topic's own policy",
    type: "aws:sns/topic:Topic",
    name: "topic",
    inputs: () => ({ policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) }),
    says: /Topic::topic: the embedded cloud can't enforce its policy/,
  },
];

const notTaken: Case[] = [
  {
    title: "a role that trusts another service",
    ...trusting({ Principal: { Service: "states.amazonaws.com" } }),
    says: /Function::deploy: lambda\.amazonaws\.com may not take on role greengate-dev-deploy/,
  },
  {
    title: "a role that trusts it for another account",
    ...trusting({
      Principal: { Service: "ecs.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } },
    }),
    name: "infrastructure",
    says: /Service::service: ecs\.amazonaws\.com may not take on role greengate-dev-infrastructure for account 000000000000/,
  },
  {
    title: "a role that doesn't exist",
    type: "aws:sfn/stateMachine:StateMachine",
    name: "rollback",
    inputs: () => ({ roleArn: "arn:aws:iam::000000000000:role/gone" }),
    says: /StateMachine::rollback: its role arn:aws:iam::000000000000:role\/gone is not in the graph/,
  },
  {
    title: "a role that can't shift traffic",
    type: "aws:ecs/service:Service",
    inputs: ({ loadBalancers, deploymentConfiguration }) => ({
      loadBalancers: withRole(loadBalancers, hookRole(deploymentConfiguration)),
    }),
    name: "service",
    says: /role greengate-dev-hook must have arn:aws:iam::aws:policy\/AmazonECSInfrastructureRolePolicyForLoadBalancers attached/,
  },
];

describe("the cloud doesn't open on a graph", () => {
  test.each(notUnderstood)("that it can't enforce: $title", open);
  test.each(notTaken)("that AWS wouldn't take: $title", open);
});

test.each(["aws:iam/userPolicy:UserPolicy", "aws:secretsmanager/secretPolicy:SecretPolicy"])(
  "nor on one with a resource of type %s",
  async (type) => {
    const [dev, live] = (await graphs()) as [Graph, Graph];
    const policy = { ...dev.resources[0]!, urn: "urn:more", type, name: "more", inputs: {} };
    const other = { ...dev, resources: [...dev.resources, policy] };
    await expect(openStage({ graphs: [other, live] })).rejects.toThrow(
      "urn:more: the embedded cloud can't enforce its policy",
    );
  },
);

async function open({ type, name = "deploy", inputs, says }: Case) {
  const [dev, live] = (await graphs()) as [Graph, Graph];
  const other = changed(dev, (one) => (one.type === type && one.name === name ? inputs(one.inputs) : {}));
  await expect(openStage({ graphs: [other, live] })).rejects.toThrow(says);
}

interface ServiceRoles {
  lifecycleHooks: { roleArn: string }[];
}
const hookRole = (configuration: unknown) => (configuration as ServiceRoles).lifecycleHooks[0]?.roleArn;
const withRole = (balancers: unknown, roleArn: string | undefined) =>
  (balancers as { advancedConfiguration: object }[]).map((one) => ({
    ...one,
    advancedConfiguration: { ...one.advancedConfiguration, roleArn },
  }));
