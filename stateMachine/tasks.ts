import type { Json, Retrier, TaskCall } from "./asl.ts";
import { jsonata } from "./asl.ts";

/** What AWS recommends to retry on a Lambda: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html */
const lambdaTrouble: Retrier = {
  ErrorEquals: [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
  ],
  IntervalSeconds: 2,
  BackoffRate: 2,
  MaxAttempts: 6,
};

/** Whatever an AWS API throws but the errors that say something; those a state catches before it retries. */
const serviceTrouble = (...meaningful: string[]): Retrier[] => [
  ...meaningful.map((error) => ({ ErrorEquals: [error], MaxAttempts: 0 })),
  { ErrorEquals: ["States.TaskFailed", "States.Timeout"], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 5 },
];

/** Retry of a function that may be called again whatever became of the call before; errors that mean something are left to the state. */
export const callAgain = (...meaningful: string[]): Retrier[] => [lambdaTrouble, ...serviceTrouble(...meaningful)];

/** Thrown by a conditional write whose condition does not hold. */
export const conditionFailed = "DynamoDB.ConditionalCheckFailedException";

/** Invoke a function and use its answer: `$states.result.Payload`. */
export const invoke = (functionArn: string, payload: Json, timeoutSeconds: number): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: functionArn, Payload: payload },
  TimeoutSeconds: timeoutSeconds,
  Retry: [lambdaTrouble],
});

/** Invoke a function that hands a task token to somebody; `$states.result` is what they answer with it. */
export const invokeAndWait = (functionArn: string, payload: Json, timeoutSeconds: number): TaskCall => ({
  ...invoke(functionArn, payload, timeoutSeconds),
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Retry: [lambdaTrouble, { ErrorEquals: ["AskFailed"], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 4 }],
});

export const getItem = (table: string, id: string): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::dynamodb:getItem",
  Arguments: { TableName: table, Key: { id: { S: id } }, ConsistentRead: true },
  TimeoutSeconds: 30,
  Retry: serviceTrouble(),
});

/** Several items, from one or two ledgers; the answer has no order. */
export const batchGetItem = (ids: { [table: string]: string[] }): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:dynamodb:batchGetItem",
  Arguments: {
    RequestItems: Object.fromEntries(
      Object.entries(ids).map(([table, keys]) => [
        table,
        { ConsistentRead: true, Keys: keys.map((id) => ({ id: { S: id } })) },
      ]),
    ),
  },
  TimeoutSeconds: 30,
  Retry: serviceTrouble(),
});

export const putItem = (table: string, item: { [attribute: string]: Json }): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::dynamodb:putItem",
  Arguments: { TableName: table, Item: item },
  TimeoutSeconds: 30,
  Retry: serviceTrouble(),
});

/** A write to one item. Each is written so that doing it twice is doing it once: a response can be lost. */
export const updateItem = (
  table: string,
  id: string,
  update: {
    expression: string;
    condition?: string;
    names?: { [name: string]: Json };
    values?: { [value: string]: Json };
  },
): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::dynamodb:updateItem",
  Arguments: {
    TableName: table,
    Key: { id: { S: id } },
    UpdateExpression: update.expression,
    ...(update.condition ? { ConditionExpression: update.condition } : {}),
    ...(update.names ? { ExpressionAttributeNames: update.names } : {}),
    ...(update.values ? { ExpressionAttributeValues: update.values } : {}),
    ReturnValues: "ALL_NEW",
  },
  TimeoutSeconds: 30,
  Retry: serviceTrouble(conditionFailed),
});

export const describeExecution = (executionArn: string): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:sfn:describeExecution",
  Arguments: { ExecutionArn: executionArn },
  TimeoutSeconds: 30,
  Retry: serviceTrouble("Sfn.ExecutionDoesNotExistException", "Sfn.InvalidArnException"),
});

/** Start an execution that bears this one's name: a second start with the same name and input is the first. */
export const startExecution = (stateMachineArn: string, input: string): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::aws-sdk:sfn:startExecution",
  Arguments: { StateMachineArn: stateMachineArn, Name: jsonata("$states.context.Execution.Name"), Input: input },
  TimeoutSeconds: 30,
  Retry: serviceTrouble("Sfn.ExecutionAlreadyExistsException", "Sfn.StateMachineDoesNotExistException"),
});

/** One message to everybody who is subscribed. */
export const publish = (topic: string, subject: string, message: string): TaskCall => ({
  Type: "Task",
  Resource: "arn:aws:states:::sns:publish",
  Arguments: {
    TopicArn: topic,
    Subject: subject,
    Message: message,
    MessageAttributes: { to: { DataType: "String", StringValue: "everyone" } },
  },
  TimeoutSeconds: 30,
  Retry: serviceTrouble(),
});
