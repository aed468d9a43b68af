import { randomBytes } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SNSClient } from "@aws-sdk/client-sns";
import { readCall } from "../contract/calls.ts";
import { nameOf } from "../contract/execution.ts";
import { askCall } from "../contract/question.ts";
import { lineOf } from "../contract/text.ts";
import { mintLink } from "./links.ts";
import { questionMail } from "./messages.ts";
import { type ApprovalMessage, describeTrouble, logTrouble, publishMessage } from "./publish.ts";
import { openQuestions } from "./questions.ts";
import { readAskSettings } from "./settings.ts";

export interface AskClients {
  dynamodb: DynamoDBClient;
  /** Made with short time-outs: a mail service that hangs must not take the function's whole time. */
  sns: SNSClient;
  /** So many unpredictable bytes. */
  random?: (bytes: number) => Uint8Array;
}

/**
 * The function that asks: stores the question and sends each approver a link of their own. Safe to repeat: a new attempt's token
 * replaces the old one's and everybody is sent one more link. Answers who was mailed. Rejects with
 * - `InvalidCall` for a call that isn't one;
 * - `AskFailed` where nothing could be stored and where nobody could be mailed: try again;
 * - `AlreadyDecided` where an earlier attempt of this execution was answered: gate/ reads that decision, and nobody will send it to the
 *   new token.
 *
 * Messages hold neither task token nor link: they end up in the execution's history.
 */
export function askHandler(env: Readonly<Record<string, string | undefined>>, clients: AskClients) {
  const settings = readAskSettings(env);
  const { dynamodb, sns, random = randomBytes } = clients;
  const questions = openQuestions(dynamodb, settings.ledger);

  return async (given: unknown): Promise<{ mailed: string[] }> => {
    const { question, taskToken } = readCall("approval", askCall, given);
    const name = nameOf(question.execution);
    const links = settings.approvers.map((approver) => mintLink(settings.linkBase, name, approver, random(32)));
    const mails = links.map((link) => questionMail(settings, question, link));
    const kept = links.map((link) => link.kept);
    const isStored = await questions.store(question, taskToken, kept).catch((error) => {
      throw failure("AskFailed", name, `the question could not be stored: ${describeTrouble(error)}`);
    });
    if (!isStored) throw failure("AlreadyDecided", name, "an earlier attempt to ask was answered");

    const troubles = new Map<string, string>();
    const send = async (mail: ApprovalMessage) => {
      try {
        await publishMessage(sns, settings.topic, mail);
      } catch (error) {
        logTrouble(question, `${mail.to} could not be mailed`, error);
        troubles.set(mail.to, `${mail.to}: ${describeTrouble(error)}`);
      }
    };
    await Promise.all(mails.map(send));
    const mailed = settings.approvers.filter((approver) => !troubles.has(approver));
    if (mailed.length > 0) return { mailed };
    throw failure("AskFailed", name, `nobody could be mailed: ${[...troubles.values()].join("; ")}`);
  };
}

const failure = (name: "AskFailed" | "AlreadyDecided", executionName: string, why: string): Error =>
  Object.assign(new Error(`approval: ${lineOf(executionName)}: ${why}`), { name });
