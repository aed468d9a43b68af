import type { TaskEffect } from "../asl/execution.ts";
import { Failure } from "../asl/failure.ts";
import { AwsError } from "../awsError.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import type { ActionOf, ServiceName } from "../endpoint/services.ts";
import type { Result } from "../functions/function.ts";

export interface IntegrationsArgs {
  call(call: ApiCall): Promise<unknown>;
  invoke(functionArn: string, payload: unknown, caller: string): Promise<Result>;
}

type Members = Record<string, unknown>;
type Integration = (input: Members, caller: string, cloud: IntegrationsArgs) => Promise<unknown>;

const invokeLambda: Integration = async ({ FunctionName, Payload }, caller, { invoke }) => {
  const result = await invoke(String(FunctionName), Payload, caller).catch(failing("Lambda"));
  if ("payload" in result) return { ExecutedVersion: "$LATEST", Payload: result.payload ?? null, StatusCode: 200 };
  const { errorType, errorMessage } = result.error;
  // Lambda's own errors come as text, a function's as JSON.
  const cause = errorType.startsWith("Lambda.") ? errorMessage : JSON.stringify(result.error);
  throw new Failure({ error: errorType, cause });
};

/** `prefix`: what its errors start with; optimised and SDK integrations differ. */
const calling =
  <Name extends ServiceName>(service: Name, action: ActionOf<Name>, prefix: string): Integration =>
  (input, caller, { call }) =>
    call({ service, action, input, caller } as ApiCall).catch(failing(prefix));

/** SDK integrations speak PascalCase, and ISO dates, where the API itself speaks camelCase and epoch seconds. */
const inPascalCase =
  (integration: Integration): Integration =>
  async (input, caller, cloud) =>
    cased(await integration(cased(input, "toLowerCase"), caller, cloud), "toUpperCase");

// The resources that Greengate's machines use. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
const integrations: Record<string, Integration | undefined> = {
  "lambda:invoke": invokeLambda,
  "lambda:invoke.waitForTaskToken": invokeLambda,
  "dynamodb:getItem": calling("dynamodb", "GetItem", "DynamoDB"),
  "dynamodb:putItem": calling("dynamodb", "PutItem", "DynamoDB"),
  "dynamodb:updateItem": calling("dynamodb", "UpdateItem", "DynamoDB"),
  "aws-sdk:dynamodb:batchGetItem": calling("dynamodb", "BatchGetItem", "DynamoDb"),
  "aws-sdk:sfn:describeExecution": inPascalCase(calling("states", "DescribeExecution", "Sfn")),
  "aws-sdk:sfn:startExecution": inPascalCase(calling("states", "StartExecution", "Sfn")),
  "sns:publish": calling("sns", "Publish", "SNS"),
};

const integrationOf = (resource: string) => integrations[resource.replace(/^arn:aws:states:::/, "")];

/** Whether a machine with this task can run here; the interpreter takes any resource, it is the cloud that refuses. */
export const isIntegrated = (resource: string): boolean => integrationOf(resource) !== undefined;

/** Performs a task with the machine's role. Answers are JSON text, as the state sees them in `$states.result`. */
export const integrated =
  (cloud: IntegrationsArgs) =>
  async (task: TaskEffect, roleArn: string): Promise<string> => {
    const integration = integrationOf(task.resource);
    if (!integration)
      throw new Failure({ error: "States.Runtime", cause: `The embedded cloud doesn't know ${task.resource}` });
    return JSON.stringify(await integration(JSON.parse(task.arguments), roleArn, cloud));
  };

/** An API's error by the name that a state matches; any other is a fault of the embedded cloud. */
const failing = (prefix: string) => (error: unknown) => {
  if (!(error instanceof AwsError)) throw error;
  const name = error.code.endsWith("Exception") ? error.code : `${error.code}Exception`;
  throw new Failure({ error: `${prefix}.${name}`, cause: error.message });
};

/** Top-level members. */
const cased = (members: unknown, to: "toLowerCase" | "toUpperCase"): Members =>
  Object.fromEntries(
    Object.entries(Object(members)).map(([name, member]) => [
      name.charAt(0)[to]() + name.slice(1),
      /Date$/.test(name) && typeof member === "number" ? new Date(member * 1000).toISOString() : member,
    ]),
  );
