import { AwsError } from "../awsError.ts";
import type { Applied, Table, Tables } from "./apply.ts";
import { Attributes, type Path } from "./attributes.ts";
import { parseCondition } from "./condition.ts";
import { type Request, request } from "./request.ts";
import { Tokens } from "./tokens.ts";
import { parseUpdate } from "./update.ts";
import { equal, type Item, invalid, parseItem, unsupported } from "./value.ts";

type Perform = (tables: Tables, input: Record<string, unknown>) => Applied;

export const getItem: Perform = (tables, input) => {
  const { TableName, Key } = request("GetItem", input, ["TableName", "Key", "ConsistentRead"]);
  const item = find(tables, TableName, Key).item;
  return { tables, output: item ? { Item: item } : {} };
};

export const batchGetItem: Perform = (tables, input) => {
  const { RequestItems } = request("BatchGetItem", input, ["RequestItems"]);
  const responses = Object.entries(RequestItems).map(([name, wanted]): [string, Item[]] => {
    const { Keys } = request("BatchGetItem.RequestItems", wanted, ["Keys", "ConsistentRead"]);
    const found = Keys.map((key) => find(tables, name, key));
    if (new Set(found.map(({ id }) => id)).size < found.length) {
      throw invalid("Provided list of item keys contains duplicates");
    }
    return [name, found.flatMap(({ item }) => (item ? [item] : []))];
  });
  return { tables, output: { Responses: Object.fromEntries(responses), UnprocessedKeys: {} } };
};

const CONDITION = ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"] as const;

export const putItem: Perform = (tables, input) => {
  const asked = request("PutItem", input, ["TableName", "Item", "ReturnValues", ...CONDITION]);
  returns(asked, "NONE", "ALL_OLD");
  const holds = condition(asked, attributesOf(asked));
  const item = parseItem(asked.Item);
  const table = tableOf(tables, asked.TableName);
  const key = item[table.key];
  if (!key) throw invalid(`One or more parameter values were invalid: Missing the key ${table.key} in the item`);
  if (!("S" in key)) {
    throw invalid(
      `One or more parameter values were invalid: Type mismatch for key ${table.key} expected: S actual: ${Object.keys(key)[0]}`,
    );
  }
  const { id, item: before } = find(tables, asked.TableName, { [table.key]: key });
  holds(before);
  return {
    tables: withItem(tables, asked.TableName, id, item),
    output: before && asked.ReturnValues === "ALL_OLD" ? { Attributes: before } : {},
  };
};

export const deleteItem: Perform = (tables, input) => {
  const asked = request("DeleteItem", input, ["TableName", "Key", "ReturnValues", ...CONDITION]);
  returns(asked, "NONE", "ALL_OLD");
  const holds = condition(asked, attributesOf(asked));
  const { id, item: before } = find(tables, asked.TableName, asked.Key);
  holds(before);
  return {
    tables: withItem(tables, asked.TableName, id, undefined),
    output: before && asked.ReturnValues === "ALL_OLD" ? { Attributes: before } : {},
  };
};

export const updateItem: Perform = (tables, input) => {
  const asked = request("UpdateItem", input, ["TableName", "Key", "UpdateExpression", "ReturnValues", ...CONDITION]);
  returns(asked, "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW");
  const attributes = new Attributes(asked.ExpressionAttributeNames, asked.ExpressionAttributeValues);
  const update =
    asked.UpdateExpression === undefined
      ? { paths: [], apply: (item: Item) => item }
      : parseUpdate(new Tokens("UpdateExpression", asked.UpdateExpression), attributes);
  const holds = condition(asked, attributes);
  const table = tableOf(tables, asked.TableName);
  if (update.paths.some(([name]) => name === table.key)) {
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${table.key}. This attribute is part of the key`,
    );
  }
  const { id, key, item: before } = find(tables, asked.TableName, asked.Key);
  holds(before);
  const after = update.apply(before ?? key);
  return { tables: withItem(tables, asked.TableName, id, after), output: returned(asked, update.paths, before, after) };
};

function returned({ ReturnValues }: Request, paths: Path[], before: Item | undefined, after: Item): object {
  if (ReturnValues === "ALL_NEW") return { Attributes: after };
  if (ReturnValues === "ALL_OLD") return before ? { Attributes: before } : {};
  if (ReturnValues !== "UPDATED_NEW") return {};
  if (paths.some(([, nested]) => nested !== undefined)) throw unsupported("UPDATED_NEW of nested attributes");
  const touched = paths.flatMap(([name]) => (after[name] ? [[name, after[name]]] : []));
  return { Attributes: Object.fromEntries(touched) };
}

function attributesOf({ ExpressionAttributeNames, ExpressionAttributeValues }: Request): Attributes {
  return new Attributes(ExpressionAttributeNames, ExpressionAttributeValues);
}

/** Reads the condition now; what is answered throws if it doesn't hold. All other expressions must have been read before. */
function condition({ ConditionExpression }: Request, attributes: Attributes): (item: Item | undefined) => void {
  const holds =
    ConditionExpression === undefined
      ? () => true
      : parseCondition(new Tokens("ConditionExpression", ConditionExpression), attributes);
  attributes.mustBeUsed();
  return (item) => {
    if (!holds(item ?? {})) throw new AwsError("ConditionalCheckFailedException", "The conditional request failed");
  };
}

function returns({ ReturnValues = "NONE" }: Request, ...allowed: string[]): void {
  if (!allowed.includes(ReturnValues)) throw unsupported(`ReturnValues ${ReturnValues} here`);
}

function tableOf(tables: Tables, name: string): Table {
  const table = tables[name];
  if (!table) throw new AwsError("ResourceNotFoundException", "Requested resource not found");
  return table;
}

function find(tables: Tables, name: string, given: object): { id: string; key: Item; item: Item | undefined } {
  const table = tableOf(tables, name);
  const key = parseItem(given);
  const value = key[table.key];
  if (!value || !("S" in value) || Object.keys(key).length > 1) {
    throw invalid("The provided key element does not match the schema");
  }
  if (value.S === "") {
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${table.key}`,
    );
  }
  return { id: value.S, key, item: Object.hasOwn(table.items, value.S) ? table.items[value.S] : undefined };
}

function withItem(tables: Tables, name: string, id: string, item: Item | undefined): Tables {
  const table = tableOf(tables, name);
  const { [id]: before, ...others } = table.items;
  if (before && item && equal({ M: before }, { M: item })) return tables;
  return { ...tables, [name]: { ...table, items: item ? { ...others, [id]: item } : others } };
}
