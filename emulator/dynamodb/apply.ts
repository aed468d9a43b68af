import { createRequire } from "node:module";
import { AwsError } from "../awsError.ts";

/** A table with a hash key of type S and no sort key; its items stand under keys of dynalite's making. Plain JSON. */
export interface Table {
  /** Name of the key attribute. */
  key: string;
  items: Readonly<Record<string, object>>;
}
export type Tables = Readonly<Record<string, Table>>;

/** What one request does: the tables afterwards (the very same ones if it only read) and DynamoDB's answer. */
export interface Applied {
  tables: Tables;
  output: Record<string, unknown>;
}

/**
 * DynamoDB as a pure function: dynalite's own checks and actions, on plain JSON in place of its database and its server. Nothing
 * that is given is changed. Throws AwsError with DynamoDB's codes and messages.
 */
export function apply(tables: Tables, action: string, input: object): Applied {
  if (!single.includes(action))
    throw new AwsError("UnknownOperationException", `The embedded cloud's DynamoDB doesn't do ${action}`);
  const perform = load<Action>(`actions/${lower(action)}`);
  const store = storeOf(tables);
  let answer: unknown;
  perform(store, checked(action, input), (error, output) => {
    if (error) throw awsError(error);
    answer = output;
  });
  return { tables: store.tables, output: JSON.parse(JSON.stringify(answer)) };
}

const single = ["GetItem", "PutItem", "UpdateItem", "DeleteItem"];

/** The request as dynalite's actions take it, its expressions parsed. dynalite would drop what it doesn't know; here it is refused. */
function checked(action: string, input: object): object {
  const { types, custom } = load<Validation>(`validations/${lower(action)}`);
  const unknown = Object.keys(input).filter((parameter) => !Object.hasOwn(types, parameter));
  if (unknown.length > 0)
    throw new AwsError("ValidationException", `The embedded cloud's DynamoDB doesn't know ${unknown} of ${action}`);
  const { checkTypes, checkValidations } = load<Validations>("validations");
  try {
    const typed = checkTypes(structuredClone(input), types);
    checkValidations(typed, types, custom, { options });
    return typed;
  } catch (error) {
    throw awsError(error);
  }
}

/** What dynalite's actions ask of its database. All of it answers at once, so each action is over when it returns. */
function storeOf(tables: Tables) {
  const store = {
    tables,
    options,
    getTable(name: string, done: Done) {
      const table = tables[name];
      if (!table) return done(new AwsError("ResourceNotFoundException", "Requested resource not found"));
      done(null, {
        TableName: name,
        AttributeDefinitions: [{ AttributeName: table.key, AttributeType: "S" }],
        KeySchema: [{ AttributeName: table.key, KeyType: "HASH" }],
      });
    },
    getItemDb(name: string) {
      const table = tables[name] as Table;
      const write = (items: Table["items"], done: Done) => {
        store.tables = { ...tables, [name]: { ...table, items } };
        done(null);
      };
      return {
        get: (key: string, done: Done) => done(null, table.items[key]),
        put: (key: string, item: object, done: Done) => write({ ...table.items, [key]: item }, done),
        del(key: string, done: Done) {
          const { [key]: _, ...kept } = table.items;
          write(kept, done);
        },
        lock: (_key: string, work: (release: (done: Done) => Done) => void) => work((done) => done),
      };
    },
  };
  return store;
}

/** Bytes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const options = { maxItemSize: 400 * 1024 };

/** dynalite's errors carry the body of its response. */
function awsError(error: unknown): unknown {
  const { __type, message, Message = message } = Object(Object(error).body) as Record<string, string>;
  return __type === undefined ? error : new AwsError(__type.split("#").at(-1) ?? "", Message ?? "");
}

const lower = (action: string): string => action.charAt(0).toLowerCase() + action.slice(1);

type Done = (error: unknown, result?: unknown) => void;
type Action = (store: object, request: object, done: Done) => void;
interface Validation {
  types: object;
  custom: unknown;
}
interface Validations {
  checkTypes(request: object, types: object): object;
  checkValidations(request: object, types: object, custom: unknown, store: object): void;
}

// CommonJS without types, and modules within the package, whose exact version is pinned: https://github.com/architect/dynalite
const require = createRequire(import.meta.url);
const load = <Module>(path: string): Module => require(`dynalite/${path}`);
