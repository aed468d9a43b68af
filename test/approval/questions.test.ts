import { expect, test } from "vitest";
import { openQuestions } from "../../approval/questions.ts";
import type { Decision } from "../../contract/question.ts";
import { stage } from "./support/stage.ts";

const approval: Decision = { decision: "approved", by: "ana", at: "2026-11-23T10:00:00.000Z", reason: "", base: "" };

test("a decision on an earlier execution of a name doesn't land on the later one", async () => {
  await using live = await stage();
  const questions = openQuestions(live.ledger.dynamodb, "live-ledger");
  const name = await live.asks("token-1");
  const earlier = await questions.find(name);
  if (!earlier) throw new Error("no question");
  await live.asks("token-2", { startedAt: "2027-03-01T10:00:00.000Z" });

  const present = await questions.decide(earlier.question, approval);
  expect(present?.question.startedAt).toBe("2027-03-01T10:00:00.000Z");
  expect(present).not.toHaveProperty("decision");
});

test("that a decision was delivered is never taken back", async () => {
  await using live = await stage();
  const questions = openQuestions(live.ledger.dynamodb, "live-ledger");
  const name = await live.asks("token-1");
  const { question } = (await questions.find(name)) ?? {};
  if (!question) throw new Error("no question");
  const item = await questions.decide(question, approval);
  if (!item) throw new Error("no item");
  await questions.settle(item, false);
  await questions.settle(item, true);
  await questions.settle(item, false);

  expect(await live.question(name)).toMatchObject({ delivered: true });
});

test("of two attempts that ask at once both links work", async () => {
  await using live = await stage();
  await Promise.all([live.asks("token-1"), live.asks("token-2"), live.asks("token-3")]);
  const links = live.aws.published.map(({ body }) => /\/a\/\S+$/m.exec(body)?.[0] ?? "");

  expect(links).toHaveLength(6);
  for (const link of links) expect((await live.open(link)).statusCode).toBe(200);
});
