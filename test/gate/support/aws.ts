import { type AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../../emulator/awsError.ts";
import { apply, type Tables } from "../../../emulator/dynamodb/apply.ts";
import type { Call } from "../../../emulator/endpoint/serve.ts";
import { inProcess } from "../../support/inProcess.ts";

/** An execution as DescribeExecution shows it. Milliseconds since 1970. */
export interface ExecutionStory {
  status: string;
  startedAt: number;
  stoppedAt?: number;
  input: unknown;
  output?: unknown;
  redrives?: number;
}

export interface Message {
  subject: string;
  body: string;
}

/** What the gate meets of AWS, on plain state, behind its unmodified clients. */
export function startAws(...tableNames: string[]) {
  let tables: Tables = Object.fromEntries(tableNames.map((name) => [name, { key: "id", items: {} }]));
  const executions = new Map<string, ExecutionStory>();
  const offers: { machine: string; name: string; input: unknown }[] = [];
  const messages: Message[] = [];
  const trouble = new Map<string, string>();
  const meanwhile = new Map<string, () => unknown>();
  const dynamodb = (action: string, input: object) => {
    const result = apply(tables, action, input);
    tables = result.tables;
    return result.output;
  };
  const states = (action: string, { executionArn, stateMachineArn, name, input }: Record<string, unknown>) => {
    if (action === "DescribeExecution") return describe(executions.get(String(executionArn)));
    offers.push({ machine: String(stateMachineArn), name: String(name), input: JSON.parse(String(input)) });
    return { executionArn: "arn", startDate: 0 };
  };
  const call: Call = async ({ service, action, input }) => {
    const event = meanwhile.get(action);
    meanwhile.delete(action);
    await event?.();
    const error = trouble.get(action);
    if (error) throw new AwsError(error, "as the test has it");
    if (service === "dynamodb") return dynamodb(action, input);
    if (service === "states") return states(action, input);
    messages.push({ subject: String(input.Subject), body: String(input.Message) });
    return { MessageId: "1" };
  };
  const client = {
    requestHandler: inProcess({ call, callers: new Map([["KEY", "arn:aws:iam::123456789012:role/gate"]]) }),
    endpoint: "http://in-process.invalid",
    region: "eu-central-1",
    credentials: { accessKeyId: "KEY", secretAccessKey: "unused" },
    maxAttempts: 1,
  };
  return {
    clients: { dynamodb: new DynamoDBClient(client), sfn: new SFNClient(client), sns: new SNSClient(client) },
    executions,
    /** What StartExecution was asked for. */
    offers,
    messages,
    /** By action, the error that each of its calls gets. */
    trouble,
    /** By action, what happens before its next call; where that throws, the call fails. */
    meanwhile,
    put: (TableName: string, item: object) => dynamodb("PutItem", { TableName, Item: marshall(item, plain) }),
    remove: (TableName: string, id: string) => dynamodb("DeleteItem", { TableName, Key: marshall({ id }) }),
    item(TableName: string, id: string) {
      const { Item } = dynamodb("GetItem", { TableName, Key: marshall({ id }) });
      return Item && unmarshall(Item as Record<string, AttributeValue>);
    },
  };
}
export type Aws = ReturnType<typeof startAws>;

const plain = { removeUndefinedValues: true };

/** As the wire has it: epoch seconds. */
function describe(story: ExecutionStory | undefined) {
  if (!story) throw new AwsError("ExecutionDoesNotExist", "Execution Does Not Exist");
  const { status, startedAt, stoppedAt, input, output, redrives } = story;
  return {
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 }),
    input: JSON.stringify(input),
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    redriveCount: redrives ?? 0,
  };
}
