import type * as pulumi from "@pulumi/pulumi";
import { lanes } from "../contract/execution.ts";
import type { Configuration } from "./configuration.ts";
import { LambdaFunction } from "./lambdaFunction.ts";
import { ledgerName } from "./ledger.ts";
import type { Place } from "./place.ts";
import { machineName } from "./stateMachine.ts";

export interface GateFunctionArgs {
  place: Place;
  config: Configuration;
  code: pulumi.asset.Archive;
  /** ARN, with revision, of the template task definition. */
  template: pulumi.Output<string>;
  /** Repository of the environments' own images. */
  registry: pulumi.Output<string>;
  topic: pulumi.Output<string>;
}

/** The function that decides and keeps the ledger. Other environments' machines and ledgers are named, not referenced. */
export function gateFunction({ place, config, code, template, registry, topic }: GateFunctionArgs): LambdaFunction {
  const { gate, offersTo, repository, lockWaitMinutes, registries = [] } = config;
  const machine = (environment: string) =>
    place.arn("states", `stateMachine:${machineName(place, "release", environment)}`);
  const executions = (machineNamed: string) => place.arn("states", `execution:${machineNamed}:*`);
  const table = (environment?: string) => place.arn("dynamodb", `table/${ledgerName(place, environment)}`);
  return new LambdaFunction("gate", {
    place,
    description: "Decides what may be released, and keeps the ledger",
    code,
    handler: "handler",
    timeoutSeconds: 50,
    environment: {
      PROJECT: place.project,
      ENVIRONMENT: place.environment,
      REPOSITORY: repository,
      LEDGER: ledgerName(place),
      TEMPLATE: template,
      REGISTRIES: registry.apply((own) => [own, ...registries].join(",")),
      TOPIC: topic,
      LOCK_WAIT_MINUTES: String(lockWaitMinutes),
      ...(offersTo ? { OFFERS_TO: machine(offersTo) } : {}),
      ...(gate
        ? {
            EVIDENCE_MACHINE: machine(gate.from),
            EVIDENCE_LEDGER: ledgerName(place, gate.from),
            EVIDENCE_DAYS: String(gate.evidenceDays),
            EXPIRES_AFTER_HOURS: String(gate.expiresAfterHours),
            APPROVERS: gate.approvers.map(({ name }) => name).join(","),
          }
        : {}),
    },
    statements: [
      { actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources: [table()] },
      ...(gate ? [{ actions: ["dynamodb:GetItem"], resources: [table(gate.from)] }] : []),
      {
        actions: ["states:DescribeExecution"],
        resources: [
          ...lanes.map((lane) => executions(machineName(place, lane))),
          ...(gate ? [executions(machineName(place, "release", gate.from))] : []),
        ],
      },
      ...(offersTo ? [{ actions: ["states:StartExecution"], resources: [machine(offersTo)] }] : []),
      { actions: ["sns:Publish"], resources: [topic] },
    ],
  });
}
