import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { nameOf } from "../contract/execution.ts";
import type { Question } from "../contract/question.ts";
import { lineOf } from "../contract/text.ts";

export interface ApprovalMessage {
  /** An approver's name, or `everyone`: subscriptions filter on it. */
  to: string;
  subject: string;
  body: string;
}

/** Publishes to the environment's topic. Mails, chats and hooks hang on it as subscriptions. Throws what SNS throws. */
export async function publishMessage(sns: SNSClient, topic: string, message: ApprovalMessage): Promise<void> {
  await sns.send(
    new PublishCommand({
      TopicArn: topic,
      Subject: plainSubject(message.subject),
      Message: message.body,
      MessageAttributes: { to: { DataType: "String", StringValue: message.to } },
    }),
  );
}

/** SNS refuses a subject of 100 characters or more, or with anything but printable ASCII. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const plainSubject = (subject: string): string => subject.replace(/[^ -~]/gu, "?").slice(0, 99);

/**
 * What may be said of an error. Of AWS's only name and request id: its messages quote a value that is found invalid, and here that can
 * be a task token.
 */
export function describeTrouble(error: unknown): string {
  if (!(error instanceof Error)) return "something that isn't an error was thrown";
  if (!("$metadata" in error)) return `${error.name}: ${error.message}`;
  const { requestId } = error.$metadata as { requestId?: string };
  return requestId ? `${error.name} (request ${requestId})` : error.name;
}

/** One line in the function's log; the token and the link are never in it. */
export const logTrouble = ({ execution }: Pick<Question, "execution">, what: string, error: unknown): void =>
  console.error(`approval: ${lineOf(nameOf(execution))}: ${what}: ${describeTrouble(error)}`);
