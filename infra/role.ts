import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

/** One `Allow`. There is no `Deny` and no wildcard action in this program: what isn't listed isn't allowed. */
export interface Statement {
  actions: string[];
  resources: pulumi.Input<string>[];
  /** Condition operator → key → value. */
  condition?: Record<string, Record<string, pulumi.Input<string>>>;
}

export interface RoleArgs {
  place: Place;
  /** What follows `<project>-<environment>-` in the role's name. */
  what: string;
  service: "ecs" | "ecs-tasks" | "lambda" | "states";
  description: string;
  /** What it may do: statements, the name of one of AWS's own policies, or nothing yet. */
  policy: Statement[] | `AmazonECS${string}` | "none";
}

/** A role as others refer to it. */
export interface Role {
  name: pulumi.Output<string>;
  /** Known once the policy stands: AWS tries out some permissions at the moment a role is handed over. */
  arn: pulumi.Output<string>;
}

/**
 * A role that one AWS service may take on, with one policy: the statements, or one of AWS's own.
 * ECS and Step Functions act for many accounts, so they may only do so for ours (the confused deputy):
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export function role(args: RoleArgs, opts: pulumi.CustomResourceOptions): Role {
  const { place, what, service, description, policy } = args;
  const { name, arn } = new aws.iam.Role(
    what,
    { name: place.named(what), description, assumeRolePolicy: pulumi.jsonStringify(trust(place, service)) },
    opts,
  );
  if (policy === "none") return { name, arn };
  const { id } =
    typeof policy === "string"
      ? new aws.iam.RolePolicyAttachment(what, { role: name, policyArn: `arn:aws:iam::aws:policy/${policy}` }, opts)
      : new aws.iam.RolePolicy(
          what,
          { name: place.named(what), role: name, policy: pulumi.jsonStringify(document(policy)) },
          opts,
        );
  return { name, arn: pulumi.all([arn, id]).apply(([known]) => known) };
}

/** Resources that no narrower ARN exists for. */
export const anything = ["*"];

const trust = (place: Place, service: RoleArgs["service"]) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: `${service}.amazonaws.com` },
      Action: "sts:AssumeRole",
      ...(service === "lambda" ? {} : { Condition: { StringEquals: { "aws:SourceAccount": place.account } } }),
    },
  ],
});

const document = (statements: Statement[]) => ({
  Version: "2012-10-17",
  Statement: statements.map(({ actions, resources, condition }) => ({
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(condition ? { Condition: condition } : {}),
  })),
});
