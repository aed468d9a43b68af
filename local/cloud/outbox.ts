import { AwsError } from "../awsError.ts";
import type { Clock } from "../clock.ts";
import { uuidOf } from "../uuid.ts";

/** A message that a topic was given, and would have mailed to its subscribers. */
export interface Mail {
  /** Cloud time, milliseconds since 1970. */
  at: number;
  topic: string;
  /** The message attribute `to`: a name, or `everyone`. */
  to: string;
  subject: string;
  message: string;
}

/** SNS as an outbox: nothing leaves the laptop. Message ids are drawn from the seed. */
export function createOutbox(clock: Clock, seed: string, onMail: (mail: Mail) => void = () => {}) {
  const mails: Mail[] = [];
  return {
    mails,
    async call(action: string, input: Record<string, unknown>): Promise<object> {
      if (action !== "Publish") throw new AwsError("InvalidAction", `The embedded cloud's SNS doesn't do ${action}`);
      const { TopicArn: topic, Subject: subject = "", Message: message } = input;
      if (typeof topic !== "string" || typeof message !== "string" || typeof subject !== "string")
        throw new AwsError("InvalidParameter", "Invalid parameter: TopicArn, Subject and Message must be text");
      // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
      if (subject.length >= 100 || /[^\x20-\x7e]/.test(subject))
        throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
      const mail = { at: clock.now(), topic, to: recipient(input.MessageAttributes), subject, message };
      mails.push(mail);
      onMail(mail);
      return { MessageId: uuidOf(`${seed}/mail/${mails.length}`) };
    },
  };
}

function recipient(attributes: unknown): string {
  if (typeof attributes !== "object" || attributes === null || !("to" in attributes)) return "everyone";
  const { to } = attributes;
  return typeof to === "object" && to !== null && "StringValue" in to ? String(to.StringValue) : "everyone";
}
