import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import type { SmokeItem } from "../stateMachine/ledger.ts";
import type { Seen } from "./judge.ts";

const good = v.object({
  taskDefinition: v.string(),
  release: v.string(),
  image: v.string(),
  digest: v.string(),
  commit: v.string(),
  sequence: v.number(),
});

const environmentItem = v.object({
  good: v.exactOptional(good),
  previous: v.exactOptional(v.nullable(good)),
  deploying: v.exactOptional(
    v.object({
      taskDefinition: v.string(),
      release: v.string(),
      digest: v.string(),
      commit: v.string(),
      smoke: v.picklist(["enforce", "advisory"]),
    }),
  ),
});

/** What the environment's item says now; `{}` before its first release. Throws if it cannot be read or makes no sense. */
export async function readEnvironment(dynamodb: DynamoDBClient, table: string): Promise<Seen["environment"]> {
  const get = { TableName: table, Key: marshall({ id: "environment" }), ConsistentRead: true };
  const { Item: item } = await dynamodb.send(new GetItemCommand(get));
  return item === undefined ? {} : v.parse(environmentItem, unmarshall(item));
}

/** Leaves the hook's verdict for `look`. ECS may ask again about the same deployment: the last verdict counts. */
export async function report(dynamodb: DynamoDBClient, table: string, item: SmokeItem): Promise<void> {
  const put = { TableName: table, Item: marshall(item, { removeUndefinedValues: true }) };
  await dynamodb.send(new PutItemCommand(put));
}
