import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { AwsError } from "../awsError.ts";
import { apply, type Tables } from "../dynamodb/apply.ts";
import type { Database } from "./cloud.ts";

type TableNames = readonly { name: string; key: string }[];

/** DynamoDB in this process's memory, by our own subset: for tests. */
export async function memoryDatabase(names: TableNames): Promise<Database> {
  let tables: Tables = Object.fromEntries(names.map(({ name, key }) => [name, { key, items: {} }]));
  return {
    async call(action, input) {
      const applied = apply(tables, action, input);
      tables = applied.tables;
      return applied.output;
    },
    async close() {},
  };
}

/** DynamoDB by dynalite, in memory too, behind its own protocol. */
export async function dynaliteDatabase(names: TableNames): Promise<Database> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = async (action: string, input: unknown): Promise<unknown> => {
    const response = await fetch(address, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${action}`,
        // dynalite wants a signature's shape and does not verify it.
        authorization: `AWS4-HMAC-SHA256 Credential=local/20261123/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
        "x-amz-date": "20261123T000000Z",
      },
      body: JSON.stringify(input),
    });
    const answer = (await response.json()) as { __type?: string; message?: string; Message?: string };
    if (response.ok) return answer;
    const code = answer.__type?.split("#").at(-1) ?? "InternalServerError";
    throw new AwsError(code, answer.message ?? answer.Message ?? "", response.status);
  };
  for (const { name, key } of names)
    await call("CreateTable", {
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
    });
  return {
    call,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// CommonJS without types: https://github.com/architect/dynalite
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)("dynalite");
