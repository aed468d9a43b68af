import { AwsError } from "../awsError.ts";
import { batchGetItem, deleteItem, getItem, putItem, updateItem } from "./actions.ts";
import type { Item } from "./value.ts";

/** A table with a hash key of type S and no sort key. Items stand under their key. */
export interface Table {
  /** Name of the key attribute. */
  key: string;
  items: { readonly [key: string]: Item };
}
export type Tables = { readonly [name: string]: Table };

/** What one request does: the tables afterwards (the very same ones if it only read) and DynamoDB's answer. */
export interface Applied {
  tables: Tables;
  output: object;
}

const actions: Record<string, ((tables: Tables, input: Record<string, unknown>) => Applied) | undefined> = {
  GetItem: getItem,
  BatchGetItem: batchGetItem,
  PutItem: putItem,
  UpdateItem: updateItem,
  DeleteItem: deleteItem,
};

/**
 * DynamoDB in memory: plain JSON in, plain JSON out, nothing mutated. It knows single-item reads and writes with conditions and
 * BatchGetItem. What it doesn't know it refuses. Throws AwsError with DynamoDB's codes and messages.
 */
export function apply(tables: Tables, action: string, input: unknown): Applied {
  const perform = actions[action];
  if (!perform) {
    throw new AwsError(
      "UnknownOperationException",
      `The embedded cloud's DynamoDB does ${Object.keys(actions).join(", ")}, not ${action}`,
    );
  }
  return perform(tables, { ...(input instanceof Object ? input : {}) });
}
