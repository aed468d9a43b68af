import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { lanes } from "../contract/execution.ts";
import { serviceName } from "./ecsService.ts";
import { LambdaFunction } from "./lambdaFunction.ts";
import { ledgerName } from "./ledger.ts";
import { testHeader } from "./loadBalancer.ts";
import type { Place } from "./place.ts";
import { anything, type Statement } from "./role.ts";
import { machineName } from "./stateMachine.ts";

export interface SmokeFunctionsArgs {
  place: Place;
  code: pulumi.asset.Archive;
  /** Origin that users open. */
  address: string;
  /** Ids of the merchants that the smoke may sign in as. */
  merchants: string[];
  /** ARN of the topic that people are told through. */
  topic: pulumi.Output<string>;
  /** ARN, with revision, of the template task definition. */
  template: pulumi.Output<string>;
}

/** The smoke as the machines' step (`smoke`) and as ECS's hook (`admission`), and the secret that both sign in with. */
export class SmokeFunctions extends pulumi.ComponentResource {
  readonly smoke: LambdaFunction;
  readonly admission: LambdaFunction;
  /** Name of the secret. */
  readonly signIn: pulumi.Output<string>;

  constructor(
    name: string,
    { place, code, address, merchants, topic, template }: SmokeFunctionsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("greengate:infra:SmokeFunctions", name, {}, opts);
    const parent = { parent: this };
    // Its value never passes through Pulumi: after the first `pulumi up` somebody puts {"email": …, "password": …} there by hand.
    const secret = new aws.secretsmanager.Secret(
      "sign-in",
      {
        name: place.named("smoke-sign-in"),
        description: 'The smoke merchant\'s sign-in: {"email": …, "password": …}, put here by hand',
      },
      parent,
    );
    const readSecret = { actions: ["secretsmanager:GetSecretValue"], resources: [secret.arn] };
    const environment = {
      ADDRESS: address,
      MERCHANTS: merchants.join(","),
      SIGN_IN_SECRET: secret.arn,
      ENVIRONMENT: place.environment,
    };
    this.signIn = secret.name;
    this.smoke = new LambdaFunction(
      "smoke",
      {
        place,
        description: "Checks the environment as its users see it",
        code,
        handler: "step",
        timeoutSeconds: 140,
        environment,
        statements: [readSecret],
      },
      parent,
    );
    this.admission = new LambdaFunction(
      "admission",
      {
        place,
        description: "Tells ECS whether the new colour may have users",
        code,
        handler: "admit",
        // The function's own limits end it after 140 s, with a report.
        timeoutSeconds: 240,
        environment: {
          ...environment,
          TEST_HEADER: `${testHeader.name}: ${testHeader.value}`,
          LEDGER: ledgerName(place),
          CLUSTER: serviceName(place),
          SERVICE: serviceName(place),
          TOPIC: topic,
          TEMPLATE: template,
        },
        statements: [readSecret, ...judging(place), { actions: ["sns:Publish"], resources: [topic] }],
      },
      parent,
    );
    this.registerOutputs();
  }
}

/** The hook finds out for itself what it judges, and writes its report. */
function judging(place: Place): Statement[] {
  const name = serviceName(place);
  const service = place.arn("ecs", `service/${name}/${name}`);
  return [
    {
      actions: ["dynamodb:GetItem", "dynamodb:PutItem"],
      resources: [place.arn("dynamodb", `table/${ledgerName(place)}`)],
    },
    {
      actions: ["ecs:DescribeServiceDeployments"],
      resources: [service, place.arn("ecs", `service-deployment/${name}/${name}/*`)],
    },
    {
      actions: ["ecs:DescribeServiceRevisions"],
      resources: [service, place.arn("ecs", `service-revision/${name}/${name}/*`)],
    },
    // Has no resource-level permissions.
    { actions: ["ecs:DescribeTaskDefinition"], resources: anything },
    {
      actions: ["states:DescribeExecution"],
      resources: lanes.map((lane) => place.arn("states", `execution:${machineName(place, lane)}:*`)),
    },
  ];
}
