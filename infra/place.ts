import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where a stack lives, and how what is in it is called: names are explicit, so that stacks find each other by name. */
export interface Place {
  project: string;
  /** The stack's name: `dev`, `live`. */
  environment: string;
  region: string;
  account: pulumi.Output<string>;
  /** `<project>-<environment>-<what>`; of this environment unless another is named. */
  named(what: string, environment?: string): string;
  /** ARN of a regional resource in this account: `arn:aws:<service>:<region>:<account>:<rest>`. */
  arn(service: string, rest: pulumi.Input<string>): pulumi.Output<string>;
}

/** @throws RunError if names made from the stack's name would be refused by AWS. */
export function place(region: string): Place {
  const project = pulumi.getProject();
  const environment = pulumi.getStack();
  // The longest name with the tightest limit is a target group's: 32 characters, without a hyphen at either end.
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
  const longest = `${project}-${environment}-green`;
  if (!/^[a-z][a-z0-9-]*$/.test(longest) || longest.length > 32)
    throw new pulumi.RunError(
      `stack ${environment}: ${longest} must be at most 32 lower-case letters, digits and hyphens, not ${longest.length} characters: choose a shorter or plainer stack name`,
    );
  const account = aws.getCallerIdentityOutput().accountId;
  return {
    project,
    environment,
    region,
    account,
    named: (what, of = environment) => `${project}-${of}-${what}`,
    arn: (service, rest) => pulumi.interpolate`arn:aws:${service}:${region}:${account}:${rest}`,
  };
}
