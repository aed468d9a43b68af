import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "./place.ts";

/** Name of an environment's ledger. */
export const ledgerName = (place: Place, environment = place.environment): string => place.named("ledger", environment);

/**
 * What an environment knows of itself; its items' shapes stand in stateMachine/ledger.ts. It outlives the stack: without it
 * nobody knows what was last known to be good.
 */
export const ledger = (place: Place, protect: boolean, opts?: pulumi.CustomResourceOptions): aws.dynamodb.Table =>
  new aws.dynamodb.Table(
    "ledger",
    {
      name: ledgerName(place),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    },
    { ...opts, protect, retainOnDelete: true },
  );
