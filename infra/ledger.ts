import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

/** Name of an environment's ledger. */
export const ledgerName = (place: Place, environment = place.environment): string => place.named("ledger", environment);

export interface LedgerResources {
  table: aws.dynamodb.Table;
  /** Without it ECS's hook refuses whatever ECS deploys. */
  item: aws.dynamodb.TableItem;
}

/**
 * What an environment knows of itself; its items' shapes stand in contract/ledger.ts. It outlives the stack: without it
 * nobody knows what was last known to be good.
 */
export function ledger(place: Place, protect: boolean, opts?: pulumi.CustomResourceOptions): LedgerResources {
  const kept = { ...opts, protect, retainOnDelete: true };
  const table = new aws.dynamodb.Table(
    "ledger",
    {
      name: ledgerName(place),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    },
    kept,
  );
  // Made here, so that an item that is missing later is known to be lost, and isn't taken for an environment before its first release.
  const item = new aws.dynamodb.TableItem(
    "environment",
    {
      tableName: table.name,
      hashKey: "id",
      item: JSON.stringify({ id: { S: "environment" }, fence: { N: "0" } }),
    },
    { ...kept, ignoreChanges: ["item"] },
  );
  return { table, item };
}
