import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { LambdaFunction } from "./lambdaFunction.ts";
import { ledgerName } from "./ledger.ts";
import type { Place } from "./place.ts";
import { anything } from "./role.ts";
import { machineName } from "./stateMachine.ts";

export interface ApprovalFunctionsArgs {
  place: Place;
  code: pulumi.asset.Archive;
  /** GitHub `owner/name`. */
  repository: string;
  /** Names of those who may decide. */
  approvers: string[];
  topic: pulumi.Output<string>;
}

/** `ask` sends each approver a link; `answer` stands behind the link and alone may hand in a decision. */
export class ApprovalFunctions extends pulumi.ComponentResource {
  readonly ask: LambdaFunction;
  /** Where the links lead; ends with a slash. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: ApprovalFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greengate:infra:ApprovalFunctions", name, {}, opts);
    const { place, code, repository, approvers, topic } = args;
    const parent = { parent: this };
    const table = [place.arn("dynamodb", `table/${ledgerName(place)}`)];
    const publish = { actions: ["sns:Publish"], resources: [topic] };
    const environment = {
      LEDGER: ledgerName(place),
      TOPIC: topic,
      ENVIRONMENT: place.environment,
      REPOSITORY: repository,
      APPROVERS: approvers.join(","),
    };
    const answer = new LambdaFunction(
      "answer",
      {
        place,
        description: "Shows an approver what is asked and takes the decision",
        code,
        handler: "answer",
        timeoutSeconds,
        environment,
        statements: [
          { actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: table },
          publish,
          // Whether the release that asks still runs.
          {
            actions: ["states:DescribeExecution"],
            resources: [place.arn("states", `execution:${machineName(place, "release")}:*`)],
          },
          // Can't be narrowed to a machine: whoever has it and a token may answer for anybody.
          { actions: ["states:SendTaskSuccess"], resources: anything },
        ],
      },
      parent,
    );
    this.url = publicUrl(answer, parent);
    this.ask = new LambdaFunction(
      "ask",
      {
        place,
        description: "Asks the approvers whether a release may go ahead",
        code,
        handler: "ask",
        timeoutSeconds,
        environment: { ...environment, LINK_BASE: this.url },
        statements: [{ actions: ["dynamodb:UpdateItem"], resources: table }, publish],
      },
      parent,
    );
    this.registerOutputs();
  }
}

/** Longer than services that hang are waited for (contract/clients.ts), one after the other. */
const timeoutSeconds = 60;

/**
 * Since October 2025 a public function URL needs both permissions; without the second every call is 403.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
function publicUrl(answer: LambdaFunction, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
  const everybody = { function: answer.name, principal: "*" };
  new aws.lambda.Permission(
    "url",
    {
      ...everybody,
      statementId: "FunctionUrl",
      action: "lambda:InvokeFunctionUrl",
      functionUrlAuthType: "NONE",
    },
    opts,
  );
  new aws.lambda.Permission(
    "invoke-by-url",
    {
      ...everybody,
      statementId: "InvokeByFunctionUrl",
      action: "lambda:InvokeFunction",
      invokedViaFunctionUrl: true,
    },
    opts,
  );
  const { functionUrl } = new aws.lambda.FunctionUrl(
    "url",
    { functionName: answer.name, authorizationType: "NONE" },
    opts,
  );
  return functionUrl;
}
