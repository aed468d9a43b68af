import { randomBytes } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SNSClient } from "@aws-sdk/client-sns";
import * as v from "valibot";
import type { AskCall } from "../stateMachine/calls.ts";
import { needed } from "./env.ts";
import { mint } from "./links.ts";
import { questionMail } from "./mails.ts";
import { question as questionSchema } from "./question.ts";
import { questions } from "./questions.ts";
import { teller } from "./tell.ts";
import { trouble } from "./trouble.ts";

export interface AskingOutside {
  dynamodb: DynamoDBClient;
  sns: SNSClient;
  /** So many unpredictable bytes. */
  random?: (bytes: number) => Uint8Array;
}

/**
 * The function that asks: keeps the question and sends each approver a link of their own. Safe to repeat: a new attempt's
 * token replaces the old one's and everybody is sent a fresh link. Answers whom it asked; nobody if this attempt is
 * decided already. Throws `AskFailed`, whose message holds neither task token nor link: it ends up in the execution's history.
 */
export function asking(env: Readonly<Record<string, string | undefined>>, outside: AskingOutside) {
  const { LEDGER, TOPIC, LINK_BASE, APPROVERS, ENVIRONMENT, REPOSITORY } = needed(
    env,
    "LEDGER",
    "TOPIC",
    "LINK_BASE",
    "APPROVERS",
    "ENVIRONMENT",
    "REPOSITORY",
  );
  const approvers = [...new Set(APPROVERS.split(",").map((name) => name.trim()))].filter((name) => name !== "");
  const ledger = questions(outside.dynamodb, LEDGER);
  const tell = teller(outside.sns, TOPIC);
  const random = outside.random ?? randomBytes;
  const place = { environment: ENVIRONMENT, repository: REPOSITORY };

  return async (call: AskCall): Promise<{ asked: string[] }> => {
    try {
      const question = v.parse(questionSchema, call);
      const links = approvers.map((approver) => ({
        approver,
        ...mint(LINK_BASE, question.name, approver, random(32)),
      }));
      const kept = links.map((link) => link.kept);
      if (!(await ledger.put(question, call.taskToken, kept))) return { asked: [] };
      await Promise.all(links.map(({ approver, url }) => tell(questionMail(place, question, approver, url))));
      return { asked: approvers };
    } catch (error) {
      throw new AskFailed(`approval: can't ask about ${String(call.name)}: ${trouble(error)}`);
    }
  };
}

class AskFailed extends Error {
  override name = "AskFailed";
}
