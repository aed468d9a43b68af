import { type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import { type EnvironmentItem, environmentItem } from "../contract/ledger.ts";

/** One conditional write to one item. `values` and `names` are plain; `:x` and `#x` are written as in the expressions. */
export interface Update {
  set?: Record<string, unknown>;
  remove?: string[];
  /** DynamoDB's condition; attributes by `#name`, values by `:name` from `values`. */
  condition?: string;
  values?: Record<string, unknown>;
}

/**
 * The ledger as the gate reads and writes it: consistent reads, single-item conditions. Throws what DynamoDB throws, but for a
 * condition that doesn't hold, and LedgerUnreadable for an item that can't be understood.
 */
export function openLedger(dynamodb: DynamoDBClient) {
  const read = async (table: string, id: string): Promise<Record<string, unknown> | undefined> => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: { id: { S: id } }, ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  };
  return {
    /** The item as the schema has it; undefined where there is none. */
    async read<Schema extends v.GenericSchema>(
      table: string,
      id: string,
      schema: Schema,
    ): Promise<v.InferOutput<Schema> | undefined> {
      const item = await read(table, id);
      return item && parse(schema, item, `${table}: ${id}`);
    },

    /** The environment's item, which `pulumi up` makes: where it is missing, nothing is known. */
    async environment(table: string): Promise<EnvironmentItem> {
      const item = await read(table, "environment");
      if (item) return parse(environmentItem, item, `${table}: environment`);
      throw unreadable(`${table} has no item "environment": restore the table from its point-in-time recovery`);
    },

    /** Writes an item that isn't there yet; false where it is. */
    async put(table: string, item: { id: string }): Promise<boolean> {
      return writes(
        dynamodb.send(
          new PutItemCommand({
            TableName: table,
            Item: marshall(item, { removeUndefinedValues: true }),
            ConditionExpression: "attribute_not_exists(id)",
          }),
        ),
      );
    },

    /** Changes an item where the condition holds; false where it doesn't. */
    async update(
      table: string,
      id: string,
      { set = {}, remove = [], condition = "", values = {} }: Update,
    ): Promise<boolean> {
      const attributes = new Set([
        ...Object.keys(set),
        ...remove,
        ...(condition.match(/#\w+/g) ?? []).map((name) => name.slice(1)),
      ]);
      const parts = [
        ...(Object.keys(set).length > 0
          ? [
              `SET ${Object.keys(set)
                .map((name, index) => `${alias(attributes, name)} = :set${index}`)
                .join(", ")}`,
            ]
          : []),
        ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => alias(attributes, name)).join(", ")}`] : []),
      ];
      const given = {
        ...values,
        ...Object.fromEntries(Object.values(set).map((value, index) => [`:set${index}`, value])),
      };
      return writes(
        dynamodb.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { id: { S: id } },
            UpdateExpression: parts.join(" "),
            ...(condition
              ? { ConditionExpression: condition.replaceAll(/#(\w+)/g, (_, name: string) => alias(attributes, name)) }
              : {}),
            ExpressionAttributeNames: Object.fromEntries(
              [...attributes].map((name) => [alias(attributes, name), name]),
            ),
            ...(Object.keys(given).length > 0
              ? { ExpressionAttributeValues: marshall(given, { removeUndefinedValues: true }) }
              : {}),
          }),
        ),
      );
    },
  };
}
export type Ledger = ReturnType<typeof openLedger>;

/** Attribute names may be ARNs, which no expression takes as they stand. */
const alias = (attributes: Set<string>, name: string): string => `#a${[...attributes].indexOf(name)}`;

async function writes(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
    throw error;
  }
}

function parse<Schema extends v.GenericSchema>(schema: Schema, item: unknown, where: string): v.InferOutput<Schema> {
  const read = v.safeParse(schema, item);
  if (read.success) return read.output;
  throw unreadable(`${where}: ${v.getDotPath(read.issues[0])}: ${read.issues[0].message}`);
}

/** Somebody else wrote at the same time: the call is made again, and reads what they wrote. */
export const ledgerChanged = (how: string): Error =>
  Object.assign(new Error(`gate: ${how} at the same time`), { name: "LedgerChanged" });

const unreadable = (message: string): Error =>
  Object.assign(new Error(`gate: ${message}`), { name: "LedgerUnreadable" });
