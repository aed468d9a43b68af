import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";
import { role, type Statement } from "./role.ts";

export interface LambdaFunctionArgs {
  place: Place;
  description: string;
  code: pulumi.asset.Archive;
  /** Export of the bundle's index.mjs. */
  handler: string;
  timeoutSeconds: number;
  environment: Record<string, pulumi.Input<string>>;
  /** What it may do besides writing its own log. */
  statements: Statement[];
}

/** A Lambda `<project>-<environment>-<name>` with a role and a log group of its own. */
export class LambdaFunction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: LambdaFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:LambdaFunction", name, {}, opts);
    const { place, description, code, handler, timeoutSeconds, environment, statements } = args;
    const parent = { parent: this };
    const logs = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${place.named(name)}`, retentionInDays: 90 },
      parent,
    );
    const write = {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [pulumi.interpolate`${logs.arn}:*`],
    };
    const own = role({ place, what: name, service: "lambda", description, policy: [write, ...statements] }, parent);
    const created = new aws.lambda.Function(
      name,
      {
        name: place.named(name),
        description,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: `index.${handler}`,
        code,
        role: own.arn,
        memorySize: 512,
        timeout: timeoutSeconds,
        environment: { variables: environment },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      },
      parent,
    );
    this.arn = created.arn;
    this.name = created.name;
    this.registerOutputs();
  }
}
