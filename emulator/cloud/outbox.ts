import * as v from "valibot";
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

interface OutboxArgs {
  clock: Clock;
  /** ARNs of the topics that there are. */
  topics: readonly string[];
  seed: string;
  onMail?: ((mail: Mail) => void) | undefined;
  /** Published before. */
  mails?: readonly Mail[] | undefined;
}

/** SNS as an outbox: nothing leaves the laptop. Message ids are drawn from the seed. */
export function createOutbox({ clock, topics, seed, onMail = () => {}, mails: earlier = [] }: OutboxArgs) {
  const mails = [...earlier];
  return {
    mails,
    async Publish(input: unknown): Promise<object> {
      const read = v.safeParse(publishInput, input);
      if (!read.success) throw new AwsError("InvalidParameter", `Invalid parameter: ${v.getDotPath(read.issues[0])}`);
      const { TopicArn: topic, Subject: subject, Message: message, MessageAttributes } = read.output;
      if (message === "") throw new AwsError("InvalidParameter", "Invalid parameter: Empty message");
      if (!topics.includes(topic)) throw new AwsError("NotFound", "Topic does not exist", 404);
      const mail = { at: clock.now(), topic, to: MessageAttributes.to?.StringValue ?? "everyone", subject, message };
      mails.push(mail);
      onMail(mail);
      return { MessageId: uuidOf(`${seed}/mail/${mails.length}`) };
    },
  };
}

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const publishInput = v.strictObject({
  TopicArn: v.string(),
  Message: v.string(),
  Subject: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{0,99}$/)), ""),
  MessageAttributes: v.optional(
    v.record(v.string(), v.strictObject({ DataType: v.literal("String"), StringValue: v.string() })),
    {},
  ),
});
