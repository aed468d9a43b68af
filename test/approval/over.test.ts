import { expect, test } from "vitest";
import { stage } from "./support/stage.ts";

test("after stop-execution the page says that the question is over, and has no form", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.ends(name, "token-1");
  const page = await live.open(live.linkOf("ana"));

  expect(page.statusCode).toBe(200);
  expect(page.body).toContain("This question is over. The release was stopped at 23 Nov 2026, 10:00 UTC");
  expect(page.body).not.toContain("<form");
  expect(page.body).toContain("<title>1a2b3c4 to live: over</title>");
});

test("an approval on a page from before the stop doesn't count, and is said not to", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.ends(name, "token-1");
  const page = await live.submit(live.linkOf("ana"), "approve", live.page);

  expect(page.statusCode).toBe(409);
  expect(page.body).toContain("Your approval did not count: this question is over. The release was stopped at 23 Nov");
  expect(page.body).not.toMatch(/Approved by/);
  expect(page.body).not.toContain("<form");
  expect(await live.question(name)).not.toHaveProperty("decision");
  expect(live.notices()).toEqual([]);
});

test("a stop that Step Functions shows only afterwards leaves an approval that is said not to count", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  // DescribeExecution is eventually consistent: it is in trouble for the first look, and shows the end for the second.
  live.aws.waiting.delete("token-1");
  live.aws.trouble.add("DescribeExecution");
  const early = await live.submit(live.linkOf("ana"), "approve", live.page);
  expect(early).toMatchObject({ statusCode: 202, body: expect.stringContaining("Your approval is stored") });
  expect(early.body).not.toMatch(/Approved by/);

  live.aws.trouble.clear();
  live.ends(name, "token-1");
  const again = await live.submit(live.linkOf("ana"), "approve", live.page);
  expect(again).toMatchObject({ statusCode: 409, body: expect.stringContaining("Your approval did not count") });
  for (const body of [again.body, (await live.open(live.linkOf("ana"))).body]) {
    expect(body).toContain("This question is over.");
    expect(body).not.toMatch(/Approved by/);
  }
  expect((await live.open(live.linkOf("ben"))).body).toContain("ana&#39;s approval did not count");
  expect(live.notices()).toEqual([]);
});

test.each([
  ["TIMED_OUT", "The release ran out of time at"],
  ["FAILED", "The release ended at"],
  ["SUCCEEDED", "The release ended at"],
])("a question whose release shows %s is over", async (status, text) => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.ends(name, "token-1", status);

  expect((await live.open(live.linkOf("ana"))).body).toContain(text);
});

test("a question whose release Step Functions no longer knows, or knows as another start, is over", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const [arn = ""] = live.aws.executions.keys();
  live.aws.executions.set(arn, { status: "RUNNING", startedAt: Date.parse("2027-03-01T10:00:00Z") });
  expect((await live.open(live.linkOf("ana"))).body).toContain("This question is over.");

  live.aws.executions.clear();
  expect((await live.open(live.linkOf("ana"))).body).toContain("<form"); // it may be too new to be shown
  live.later(1);
  expect((await live.open(live.linkOf("ana"))).body).toContain("This question is over.");
});

test("without an answer from Step Functions the question can be answered as ever", async () => {
  await using live = await stage();
  await live.asks("token-1");
  live.aws.trouble.add("DescribeExecution");

  expect(await live.press(live.linkOf("ana"), "approve")).toMatchObject({ statusCode: 200 });
});

test("a rejection in a stale tab is said not to count after one's own approval", async () => {
  await using live = await stage();
  await live.asks("token-1");
  await live.submit(live.linkOf("ana"), "approve", live.page);
  const stale = await live.submit(live.linkOf("ana"), "reject", live.page, { reason: "wait" });

  expect(stale.statusCode).toBe(409);
  expect(stale.body).toContain("Your rejection did not count: you approved this release before, at 23 Nov 2026");
  expect(stale.body).not.toContain("Approved by you");
  expect(live.aws.answers).toMatchObject([{ output: { decision: "approved" } }]);
});

test("repeating one's own answer changes nothing, however often and however late", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  await live.submit(live.linkOf("ana"), "approve", live.page);
  await live.asks("token-2", { build: { commit: "a".repeat(40), sequence: 400 } }); // older, asked afterwards
  const before = await live.ledger.dump();
  const mails = live.aws.published.length;
  const link = live.aws.published[0]?.body.match(/\/a\/\S+$/m)?.[0] ?? "";
  live.aws.trouble.add("SendTaskSuccess"); // nothing is sent any more
  for (const hours of [0, 1, 100]) {
    live.later(hours);
    const again = await live.submit(link, "approve", live.page);
    expect(again).toMatchObject({ statusCode: 200, body: expect.stringContaining("Approved by ana (you)") });
  }
  live.ends(name, "token-1", "SUCCEEDED");
  expect((await live.submit(link, "approve", live.page)).body).toContain("It reached the release");
  expect(await live.ledger.dump()).toBe(before);
  expect(live.aws.published).toHaveLength(mails);
  expect([...live.aws.waiting]).toEqual(["token-2"]);
});

test("two presses of one button at once are one decision, delivered", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const link = live.linkOf("ana");
  const both = await Promise.all([1, 2, 3].map(() => live.submit(link, "approve", live.page)));

  expect(both.map(({ statusCode }) => statusCode).sort()[0]).toBe(200);
  for (const { statusCode } of both) expect([200, 202]).toContain(statusCode);
  expect(await live.question(name)).toMatchObject({ delivered: true });
  expect(live.aws.answers).toHaveLength(1);
  expect(live.notices()).toHaveLength(1);
});

test("what was answered after the stop doesn't count, even where somebody recorded it", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.ends(name, "token-1");
  live.later(1);
  live.aws.trouble.add("DescribeExecution");
  await live.submit(live.linkOf("ana"), "approve", live.page);
  live.aws.trouble.clear();
  await record(live, name);

  expect((await live.open(live.linkOf("ana"))).body).toContain("Your approval did not count");
});

test("a decision that arrived without being noted down doesn't look undelivered later", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.aws.waiting.delete("token-1"); // it was taken, and the function died before it could write that
  await live.submit(live.linkOf("ana"), "reject", live.page, { reason: "no" });
  await record(live, name);
  live.ends(name, "token-1", "FAILED");

  expect((await live.open(live.linkOf("ben"))).body).toContain("Rejected by ana");
  const again = await live.submit(live.linkOf("ana"), "reject", live.page, { reason: "no" });
  expect(again).toMatchObject({ statusCode: 200, body: expect.stringContaining("It reached the release") });
});

/** The record that gate/ writes at the end of a release, with the decision that it finds. */
async function record(live: Awaited<ReturnType<typeof stage>>, name: string): Promise<void> {
  const { question, decision } = await live.question(name);
  await live.ledger.put({
    id: `release#${question.execution}`,
    ended: "Rejected",
    why: "rejected by ana: no",
    requestedBy: "x",
    startedAt: question.startedAt,
    endedAt: decision.at,
    decision,
  });
}
