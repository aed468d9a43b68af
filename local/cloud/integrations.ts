import type { TaskEffect } from "../asl/execution.ts";
import { AwsError } from "../awsError.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import type { Result } from "../functions/function.ts";
import { TaskFailure } from "./stepFunctions.ts";

export interface IntegrationsArgs {
  call(call: ApiCall): Promise<unknown>;
  invoke(functionArn: string, payload: unknown, caller: string): Promise<Result>;
}

interface Integration {
  service: ApiCall["service"];
  action: string;
  /** What its errors start with: optimised and SDK integrations differ. */
  prefix: string;
  /** SDK integrations speak PascalCase where the API itself speaks camelCase. */
  camelCase?: true;
}

// The resources that Greengate's machines use. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
const integrations: Record<string, Integration | undefined> = {
  "dynamodb:getItem": { service: "dynamodb", action: "GetItem", prefix: "DynamoDB" },
  "dynamodb:putItem": { service: "dynamodb", action: "PutItem", prefix: "DynamoDB" },
  "dynamodb:updateItem": { service: "dynamodb", action: "UpdateItem", prefix: "DynamoDB" },
  "aws-sdk:dynamodb:batchGetItem": { service: "dynamodb", action: "BatchGetItem", prefix: "DynamoDb" },
  "aws-sdk:sfn:describeExecution": { service: "states", action: "DescribeExecution", prefix: "Sfn", camelCase: true },
  "aws-sdk:sfn:startExecution": { service: "states", action: "StartExecution", prefix: "Sfn", camelCase: true },
  "sns:publish": { service: "sns", action: "Publish", prefix: "SNS" },
};

const lambdas = ["lambda:invoke", "lambda:invoke.waitForTaskToken"];

/** Whether a machine with this task can run here; the interpreter takes any resource, it is the cloud that refuses. */
export const isIntegrated = (resource: string): boolean =>
  integrations[shortName(resource)] !== undefined || lambdas.includes(shortName(resource));

const shortName = (resource: string): string => resource.replace(/^arn:aws:states:::/, "");

/** Performs a task with the machine's role. Answers are JSON text, as the state sees them in `$states.result`. */
export const integrated =
  ({ call, invoke }: IntegrationsArgs) =>
  async (task: TaskEffect, roleArn: string): Promise<string> => {
    const name = shortName(task.resource);
    const input: Record<string, unknown> = JSON.parse(task.arguments);
    if (lambdas.includes(name)) {
      const result = await invoke(String(input.FunctionName), input.Payload, roleArn).catch(failing("Lambda"));
      return invoked(result);
    }
    const integration = integrations[name];
    if (!integration) throw new TaskFailure("States.Runtime", `The embedded cloud doesn't know ${task.resource}`);
    const { service, action, prefix, camelCase } = integration;
    const sent = camelCase ? renamed(input, lower) : input;
    const output = await call({ service, action, input: sent, caller: roleArn }).catch(failing(prefix));
    return JSON.stringify(camelCase ? renamed(output, upper) : output);
  };

/** An API's error by the name that a state matches; any other is a fault of the embedded cloud. */
const failing = (prefix: string) => (error: unknown) => {
  if (!(error instanceof AwsError)) throw error;
  throw new TaskFailure(`${prefix}.${error.code}${error.code.endsWith("Exception") ? "" : "Exception"}`, error.message);
};

function invoked(result: Result): string {
  if ("error" in result) {
    const { errorType, errorMessage } = result.error;
    // Lambda's own errors come as text, a function's as JSON.
    throw new TaskFailure(errorType, errorType.startsWith("Lambda.") ? errorMessage : JSON.stringify(result.error));
  }
  return JSON.stringify({ ExecutedVersion: "$LATEST", Payload: result.payload ?? null, StatusCode: 200 });
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Top-level members, and dates (epoch seconds on the wire) as the ISO text that a state sees. */
const renamed = (value: unknown, rename: (name: string) => string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value ?? {}).map(([name, member]) => [
      rename(name),
      /Date$/.test(name) && typeof member === "number" ? new Date(member * 1000).toISOString() : member,
    ]),
  );
