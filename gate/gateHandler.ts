import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { readCall } from "../contract/calls.ts";
import {
  type AdmitAnswer,
  type CloseAnswer,
  gateCall,
  type LockAnswer,
  type MarkGoodAnswer,
} from "../contract/gateCalls.ts";
import { lineOf } from "../contract/text.ts";
import { admit } from "./admit.ts";
import { closeExecution } from "./close.ts";
import type { GateContext, Notice } from "./context.ts";
import { openExecutions } from "./executions.ts";
import { openLedger } from "./ledger.ts";
import { lock } from "./lock.ts";
import { markGood } from "./markGood.ts";
import { type GateSettings, readSettings } from "./settings.ts";

export interface GateClients {
  dynamodb: DynamoDBClient;
  sfn: SFNClient;
  /** Made with short time-outs: a notice delays nothing. */
  sns: SNSClient;
}

/**
 * The function that decides and keeps the ledger. `env` are its environment variables (settings.ts). Rejects with the errors that
 * contract/calls.ts names, else with AWS's own: the machine tries again.
 */
export function gateHandler(
  env: Readonly<Record<string, string | undefined>>,
  { dynamodb, sfn, sns }: GateClients,
): (call: unknown) => Promise<AdmitAnswer | LockAnswer | MarkGoodAnswer | CloseAnswer> {
  const settings = readSettings(env);
  const context: GateContext = {
    settings,
    ledger: openLedger(dynamodb),
    executions: openExecutions(sfn),
    tell: (notice) => publish(sns, settings, notice),
  };
  return async (given) => {
    const call = readCall("gate", gateCall, given);
    switch (call.action) {
      case "admit":
        return admit(context, call);
      case "lock":
        return lock(context, call);
      case "markGood":
        return markGood(context, call);
      case "close":
        return closeExecution(context, call);
    }
  };
}

/**
 * SNS refuses a subject of 100 characters or more, or with anything but printable ASCII:
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html. Lines may quote strangers, and stay lines.
 */
async function publish(
  sns: SNSClient,
  { project, environment, topic }: GateSettings,
  { subject, lines }: Notice,
): Promise<boolean> {
  const headed = `${project} ${environment}: ${subject}`.replace(/[^ -~]/g, "?").slice(0, 99);
  try {
    await sns.send(
      new PublishCommand({
        TopicArn: topic,
        Subject: headed,
        Message: lines.map((line) => lineOf(line, 5000)).join("\n"),
        MessageAttributes: { to: { DataType: "String", StringValue: "everyone" } },
      }),
    );
    return true;
  } catch (error) {
    console.error(`gate: nobody was told "${headed}": ${error instanceof Error ? error.name : error}`);
    return false;
  }
}
