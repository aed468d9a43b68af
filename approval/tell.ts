import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";

export interface Message {
  /** An approver's name, or `everyone`: subscriptions filter on it. */
  to: string;
  subject: string;
  body: string;
}

/** Publishes to the environment's topic. Mails, chats and hooks hang on it as subscriptions. */
export function teller(sns: SNSClient, topic: string) {
  return async ({ to, subject, body }: Message): Promise<void> => {
    await sns.send(
      new PublishCommand({
        TopicArn: topic,
        Subject: plain(subject),
        Message: body,
        MessageAttributes: { to: { DataType: "String", StringValue: to } },
      }),
    );
  };
}
export type Tell = ReturnType<typeof teller>;

/** SNS refuses a subject of 100 characters or more, or with anything but printable ASCII. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const plain = (subject: string): string => subject.replace(/[^ -~]/g, "?").slice(0, 99);
