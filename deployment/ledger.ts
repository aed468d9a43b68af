import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Announcement, EnvironmentItem, SmokeItem } from "../stateMachine/ledger.ts";
import { Failure, isNamed } from "./failure.ts";
import { call, type Plan } from "./plan.ts";

/** The lock that an execution says it holds. */
export interface Lock {
  holder: string;
  fence: number;
}

/** Reads the environment's item if this execution still holds the lock; else throws LockLost, and nothing must be touched. */
export function* underLock(table: string, lock: Lock): Plan<EnvironmentItem> {
  const item = yield* read<EnvironmentItem>(table, "environment");
  if (item?.holder !== lock.holder || item.fence !== lock.fence) throw lost(lock);
  return item;
}

/** Tells the hook what is about to come; only whoever holds the lock may, and it is refused by the write itself. */
export function* announce(table: string, lock: Lock, announcement: Announcement): Plan<void> {
  try {
    yield* call("UpdateItem", {
      TableName: table,
      Key: marshall({ id: "environment" }),
      UpdateExpression: "SET #deploying = :deploying",
      ConditionExpression: "#holder = :holder AND #fence = :fence",
      ExpressionAttributeNames: { "#deploying": "deploying", "#holder": "holder", "#fence": "fence" },
      ExpressionAttributeValues: marshall({ ":deploying": announcement, ":holder": lock.holder, ":fence": lock.fence }),
    });
  } catch (error) {
    throw isNamed(error, "ConditionalCheckFailedException") ? lost(lock) : error;
  }
}

/** Reads what the last deployment was announced as, lock or no lock. */
export function* announced(table: string): Plan<Announcement | undefined> {
  return (yield* read<EnvironmentItem>(table, "environment"))?.deploying;
}

/** Reads the hook's report on a service deployment, by its ARN. */
export function* report(table: string, serviceDeployment: string): Plan<SmokeItem | undefined> {
  return yield* read<SmokeItem>(table, `smoke#${serviceDeployment}`);
}

function* read<Item>(table: string, id: string): Plan<Item | undefined> {
  const { Item } = yield* call("GetItem", { TableName: table, Key: marshall({ id }), ConsistentRead: true });
  return Item && (unmarshall(Item) as Item);
}

function lost({ holder, fence }: Lock): Failure {
  return new Failure(
    "LockLost",
    `the environment's lock is no longer held by ${holder} with fence ${fence}; nothing was changed`,
  );
}
