import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import { type AdmissionReport, type EnvironmentItem, environmentItem } from "../contract/ledger.ts";

/** What the environment's item says now. Throws if it is missing, can't be read or makes no sense. */
export async function readEnvironment(dynamodb: DynamoDBClient, table: string): Promise<EnvironmentItem> {
  const get = { TableName: table, Key: marshall({ id: "environment" }), ConsistentRead: true };
  const { Item: item } = await dynamodb.send(new GetItemCommand(get));
  if (item === undefined)
    throw new Error(`the ledger's environment item is missing: restore ${table} from its point-in-time recovery`);
  const read = v.safeParse(environmentItem, unmarshall(item));
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new Error(`the ledger's environment item makes no sense at ${v.getDotPath(issue)}: ${issue.message}`);
}

/** Leaves what the hook found for whoever looks. ECS may ask again about the same deployment: the last report counts. */
export async function writeReport(
  dynamodb: DynamoDBClient,
  table: string,
  report: AdmissionReport,
  abortSignal: AbortSignal,
): Promise<void> {
  await dynamodb.send(new PutItemCommand({ TableName: table, Item: marshall(report) }), { abortSignal });
}
