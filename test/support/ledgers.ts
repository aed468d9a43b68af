import {
  DeleteItemCommand,
  type DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { AwsError } from "../../emulator/awsError.ts";
import { apply, type Tables } from "../../emulator/dynamodb/apply.ts";
import { startLedger } from "../approval/support/ledger.ts";

/** One DynamoDB with an empty table `ledger` (hash key `id`): what it answers to one request. */
export interface Ledger {
  ask(action: string, input: object): Promise<{ output: object } | { code: string; message: string }>;
  close(): Promise<void>;
}

export async function memoryLedger(): Promise<Ledger> {
  let tables: Tables = { ledger: { key: "id", items: {} } };
  return {
    async ask(action, input) {
      try {
        const applied = apply(tables, action, input);
        tables = applied.tables;
        return { output: applied.output };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { code: error.code, message: error.message };
      }
    },
    close: async () => {},
  };
}

/** dynalite behind the real client. */
export async function dynaliteLedger(): Promise<Ledger> {
  const { dynamodb, close } = await startLedger("ledger");
  return {
    async ask(action, input) {
      try {
        const { $metadata, ...output } = await send(dynamodb, action, input);
        return { output };
      } catch (error) {
        if (!(error instanceof DynamoDBServiceException)) throw error;
        return { code: error.name, message: error.message };
      }
    },
    close,
  };
}

function send(client: DynamoDBClient, action: string, input: object) {
  switch (action) {
    case "GetItem":
      return client.send(new GetItemCommand({ TableName: undefined, Key: undefined, ...input }));
    case "PutItem":
      return client.send(new PutItemCommand({ TableName: undefined, Item: undefined, ...input }));
    case "UpdateItem":
      return client.send(new UpdateItemCommand({ TableName: undefined, Key: undefined, ...input }));
    case "DeleteItem":
      return client.send(new DeleteItemCommand({ TableName: undefined, Key: undefined, ...input }));
    default:
      throw new Error(`no such action here: ${action}`);
  }
}
