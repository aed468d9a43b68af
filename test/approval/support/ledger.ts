import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)("dynalite");

/** A ledger in memory that speaks DynamoDB's protocol to the real client. */
export async function startLedger(table: string) {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const dynamodb = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  const status = async () => (await dynamodb.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus;
  while ((await status()) !== "ACTIVE");

  return {
    dynamodb,
    async put(item: Record<string, unknown>) {
      await dynamodb.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));
    },
    async item(id: string) {
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }));
      return Item && unmarshall(Item);
    },
    async remove(id: string) {
      await dynamodb.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: id } } }));
    },
    /** Every item as DynamoDB sends it, as one text. */
    async dump() {
      const { Items } = await dynamodb.send(new ScanCommand({ TableName: table }));
      return JSON.stringify(Items?.sort((a, b) => String(a.id?.S).localeCompare(String(b.id?.S))));
    },
    async close() {
      dynamodb.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
