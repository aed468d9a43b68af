import type { EnvironmentItem } from "../../../contract/ledger.ts";
import { gateHandler } from "../../../gate/gateHandler.ts";
import { startAws } from "./aws.ts";
import { executionOf, registry } from "./builds.ts";
import { type GatePlace, openRun, type Run, type RunArgs } from "./run.ts";

export const template = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-template:7";

/** What differs from the usual: environment variables, and the environment's item before the story. */
export interface WorldArgs {
  env?: Record<string, string>;
  item?: Partial<EnvironmentItem>;
}

/** One environment's gate, its ledger, and the executions that call it as the definitions do. */
export interface Gate extends GatePlace {
  later(minutes: number): void;
  /** An execution begins. */
  start(name: string, input: unknown, more?: Partial<RunArgs>): Run;
  item(id: string): Record<string, unknown> | undefined;
}

/** Live, where evidence of dev and an approval are needed. */
export const live = ({ env, item }: WorldArgs = {}): Gate =>
  openGate("live", {
    item: item ?? {},
    env: {
      EVIDENCE_MACHINE: "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-dev-release",
      EVIDENCE_LEDGER: "shop-dev-ledger",
      EVIDENCE_DAYS: "7",
      EXPIRES_AFTER_HOURS: "72",
      APPROVERS: "ana, ben",
      ...env,
    },
  });

/** Dev, which releases every merge and offers it to live. */
export const dev = ({ env, item }: WorldArgs = {}): Gate =>
  openGate("dev", {
    item: item ?? {},
    env: {
      LOCK_WAIT_MINUTES: "30",
      OFFERS_TO: "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-live-release",
      ...env,
    },
  });

function openGate(name: string, { env, item }: Required<WorldArgs>): Gate {
  const aws = startAws("shop-live-ledger", "shop-dev-ledger");
  const table = `shop-${name}-ledger`;
  const handler = gateHandler(
    {
      PROJECT: "shop",
      ENVIRONMENT: name,
      REPOSITORY: "acme/shop",
      LEDGER: table,
      TEMPLATE: template,
      REGISTRIES: registry,
      TOPIC: "arn:aws:sns:eu-central-1:123456789012:people",
      LOCK_WAIT_MINUTES: "60",
      ...env,
    },
    aws.clients,
  );
  let now = Date.parse("2026-11-23T10:00:00Z");
  aws.put(table, { id: "environment", fence: 0, ...item });
  const gate: Gate = {
    aws,
    now: () => now,
    // As Lambda passes it on.
    call: (given) => handler(JSON.parse(JSON.stringify(given))),
    later(minutes) {
      now += minutes * 60_000;
    },
    start: (runName, input, { lane = "release", ...more } = {}) =>
      openRun(gate, { lane, input, execution: executionOf(`${name}-${lane}`, runName), ...more }),
    environment: () => aws.item(table, "environment") as EnvironmentItem,
    change: (change) => aws.put(table, { ...gate.environment(), ...change }),
    item: (id) => aws.item(table, id) as Record<string, unknown> | undefined,
    put: (given) => aws.put(table, given),
  };
  return gate;
}
