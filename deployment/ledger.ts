import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as v from "valibot";
import type { ChangeFailure } from "../contract/ends.ts";
import { laneOf } from "../contract/execution.ts";
import {
  type AdmissionReport,
  type Announcement,
  admissionReport,
  admissionReportId,
  type EnvironmentItem,
  environmentItem,
} from "../contract/ledger.ts";
import { DeploymentFailure } from "./failure.ts";
import { isNamed, type Plan, request } from "./plan.ts";

/** The lock that an execution says it holds. */
export interface Lock {
  execution: string;
  fence: number;
}

/** Throws LedgerUnreadable where the item is missing or can't be understood: nothing is known then, and nothing is done. */
export function* readEnvironment(table: string): Plan<EnvironmentItem> {
  const item = yield* readItem(table, "environment", environmentItem);
  if (item) return item;
  throw new DeploymentFailure(
    "LedgerUnreadable",
    `${table} has no item "environment": restore the table from its point-in-time recovery`,
  );
}

export const holdsLock = ({ holder, fence }: EnvironmentItem, lock: Lock): boolean =>
  holder === lock.execution && fence === lock.fence;

/** What it means for a release that its lock is gone, by who has it now. */
export function explainLostLock({ holder }: EnvironmentItem): { failure: ChangeFailure; why: string } {
  if (holder === undefined) return { failure: "Displaced", why: "the environment's lock was taken away" };
  const failure = laneOf(holder) === "rollback" ? "Stopped" : "Displaced";
  return { failure, why: `${holder} took the environment over` };
}

/**
 * Tells the hook what is about to come, and whoever comes next what may still arrive. Only the lock's holder may: false where the
 * write itself found another.
 */
export function* announce(table: string, announcement: Announcement): Plan<boolean> {
  const { execution, fence } = announcement;
  try {
    yield* request("UpdateItem", {
      TableName: table,
      Key: marshall({ id: "environment" }),
      UpdateExpression: "SET #deploying = :deploying",
      ConditionExpression: "#holder = :holder AND #fence = :fence",
      ExpressionAttributeNames: { "#deploying": "deploying", "#holder": "holder", "#fence": "fence" },
      ExpressionAttributeValues: marshall({ ":deploying": announcement, ":holder": execution, ":fence": fence }),
    });
    return true;
  } catch (error) {
    if (isNamed(error, "ConditionalCheckFailedException")) return false;
    throw error;
  }
}

/** What ECS's hook found, by the ARN of the service deployment. Throws LedgerUnreadable where that can't be understood. */
export const readReport = (table: string, serviceDeployment: string): Plan<AdmissionReport | undefined> =>
  readItem(table, admissionReportId(serviceDeployment), admissionReport);

function* readItem<Schema extends v.GenericSchema>(
  table: string,
  id: string,
  schema: Schema,
): Plan<v.InferOutput<Schema> | undefined> {
  const { Item } = yield* request("GetItem", { TableName: table, Key: marshall({ id }), ConsistentRead: true });
  if (!Item) return undefined;
  const read = v.safeParse(schema, unmarshall(Item));
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new DeploymentFailure("LedgerUnreadable", `${table}: ${id}: ${v.getDotPath(issue)}: ${issue.message}`);
}
