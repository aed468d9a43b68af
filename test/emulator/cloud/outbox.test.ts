import { expect, test } from "vitest";
import { virtualClock } from "../../../emulator/clock.ts";
import { createOutbox } from "../../../emulator/cloud/outbox.ts";

const TopicArn = "arn:aws:sns:us-east-1:000000000000:releases";
const open = (clock = virtualClock()) => createOutbox({ clock, topics: [TopicArn], seed: "seed" });

test("a message to a topic lies in the outbox, with the name that it is for; ids come from the seed", async () => {
  const clock = virtualClock();
  const { mails, Publish } = open(clock);
  const to = { DataType: "String", StringValue: "ana" };
  const first = await Publish({ TopicArn, Subject: "Released", Message: "good-1", MessageAttributes: { to } });
  await Publish({ TopicArn, Message: "good-2" });
  const of = { at: clock.now(), topic: TopicArn };
  expect(mails).toEqual([
    { ...of, to: "ana", subject: "Released", message: "good-1" },
    { ...of, to: "everyone", subject: "", message: "good-2" },
  ]);
  expect(await open(clock).Publish({ TopicArn, Message: "other" })).toEqual(first);
});

test.each([
  ["Subject", { TopicArn, Message: "m", Subject: "s".repeat(100) }],
  ["Subject", { TopicArn, Message: "m", Subject: "two\nlines" }],
  ["Message", { TopicArn }],
  ["MessageAttributes.to.StringValue", { TopicArn, Message: "m", MessageAttributes: { to: { DataType: "String" } } }],
  ["PhoneNumber", { TopicArn, Message: "m", PhoneNumber: "+100" }],
  ["Empty message", { TopicArn, Message: "" }],
])("what SNS, or this one, doesn't take is refused by the parameter's name: %s", async (name, input) => {
  const { mails, Publish } = open();
  await expect(Publish(input)).rejects.toMatchObject({
    code: "InvalidParameter",
    message: `Invalid parameter: ${name}`,
  });
  expect(mails).toEqual([]);
});

test("a topic that nobody created is refused", async () => {
  const { mails, Publish } = open();
  await expect(Publish({ TopicArn: `${TopicArn}-gone`, Message: "m" })).rejects.toMatchObject({
    code: "NotFound",
    status: 404,
    message: "Topic does not exist",
  });
  expect(mails).toEqual([]);
});
