import { expect, test } from "vitest";
import { goodRelease, stage } from "./support/stage.ts";

test("an approval typed by hand reaches the release that waits, and everybody is told", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const page = await live.press(live.linkOf("ana"), "approve", { commit: " 1A2B3C4 " });

  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining("Approved by ana (you)") });
  expect(live.aws.answers).toEqual([
    {
      token: "token-1",
      output: {
        decision: "approved",
        by: "ana",
        at: "2026-11-23T10:00:00.000Z",
        reason: "",
        base: "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-live:409",
      },
    },
  ]);
  expect(await live.question(name)).toMatchObject({ decision: { by: "ana" }, delivered: true });
  expect(live.aws.published.at(-1)).toMatchObject({ to: "everyone", subject: "live: 1a2b3c4 approved by ana" });
});

test("a rejection needs a reason, and carries it to the release", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const refused = await live.press(live.linkOf("ben"), "reject", { reason: "  " });

  expect(refused).toMatchObject({ statusCode: 422, body: expect.stringContaining("a rejection needs a reason") });
  expect(live.aws.waiting).toContain("token-1");

  await live.press(live.linkOf("ben"), "reject", { reason: "The sale starts tonight" });
  expect(live.aws.answers[0]?.output).toMatchObject({
    decision: "rejected",
    by: "ben",
    reason: "The sale starts tonight",
  });
  expect(live.aws.published.at(-1)?.body).toContain("| The sale starts tonight");
});

test("another commit, an unknown button or an endless reason decides nothing and is said", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const wrong = await live.press(live.linkOf("ana"), "approve", { commit: "7654321", reason: "kept" });

  expect(wrong.statusCode).toBe(422);
  expect(wrong.body).toContain("these aren&#39;t the first seven characters");
  expect(wrong.body).toMatch(/name="commit" value="7654321"[^>]*aria-invalid="true"/);
  expect(wrong.body).toContain(">kept</textarea>");
  expect(await live.press(live.linkOf("ana"), "approve", { commit: "" })).toMatchObject({ statusCode: 422 });
  expect(await live.press(live.linkOf("ana"), "approve", { reason: "x".repeat(501) })).toMatchObject({
    statusCode: 422,
    body: expect.stringContaining("at most 500 characters, not 501"),
  });
  const page = await live.open(live.linkOf("ana"));
  const base = /name="base" value="([^"]*)"/.exec(page.body)?.[1] ?? "";
  expect(await live.submit(live.linkOf("ana"), "superseded", { base })).toMatchObject({ statusCode: 422 });
  expect(await live.question(name)).not.toHaveProperty("decision");
  expect(live.aws.answers).toEqual([]);
});

test("opening the page, in whatever way and however often, changes nothing", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const before = await live.ledger.dump();
  const page = await live.open(live.linkOf("ana"));
  const head = await live.open(live.linkOf("ana"), "HEAD");
  await live.open(live.linkOf("ben"));

  expect(page.statusCode).toBe(200);
  for (const text of ["1a2b3c4", "Chloë", "main", "pull/88", "Asked by", "shop-dev-release", "0f9e8d7", "26 Nov 2026"])
    expect(page.body).toContain(text);
  expect(page.body).toContain(
    `https://github.com/acme/shop/compare/${"0f9e8d7".padEnd(40, "0")}...${"1a2b3c4".padEnd(40, "5")}`,
  );
  expect(head).toMatchObject({ statusCode: 200, body: "" });
  expect(await live.ledger.dump()).toBe(before);
  expect(live.aws.answers).toEqual([]);
  expect(live.aws.published).toHaveLength(2);
});

test("a question is answered once: the next to answer learns who did", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const { page } = live;
  await live.submit(live.linkOf("ana"), "approve", page);
  const again = await live.submit(live.linkOf("ana"), "approve", page);
  const other = await live.submit(live.linkOf("ben"), "reject", page, { reason: "no" });
  const second = await live.submit(live.linkOf("ben"), "approve", page);
  const changed = await live.submit(live.linkOf("ana"), "reject", page, { reason: "no" });

  expect(again).toMatchObject({ statusCode: 200, body: expect.stringContaining("It reached the release") });
  expect(other).toMatchObject({ statusCode: 409, body: expect.stringContaining("Approved by ana") });
  expect(second).toMatchObject({ statusCode: 409, body: expect.stringContaining("Approved by ana") });
  expect(changed).toMatchObject({ statusCode: 409, body: expect.stringContaining("Approved by ana (you)") });
  expect(live.aws.answers).toHaveLength(1);
  expect(live.notices()).toHaveLength(1);
});

test("of two who answer at once one decides", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const page = live.page;
  const both = await Promise.all([
    live.submit(live.linkOf("ana"), "approve", page),
    live.submit(live.linkOf("ben"), "reject", page, { reason: "not today" }),
  ]);

  expect(both.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
  expect(live.aws.answers).toHaveLength(1);
  expect(await live.question(name)).toMatchObject({ decision: live.aws.answers[0]?.output });
});

test("after its expiry a question takes no answer", async () => {
  await using live = await stage();
  await live.asks("token-1");
  live.later(72);
  const late = await live.submit(live.linkOf("ana"), "approve", live.page);

  expect(late).toMatchObject({ statusCode: 410, body: expect.stringContaining("expired") });
  expect(late.body).not.toContain('name="decision"');
  expect(live.aws.answers).toEqual([]);
});

test("whoever answers for another base than runs now has to look again", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const opened = live.page;
  await live.putEnvironment(goodRelease("c0ffee1".padEnd(40, "1"), 410));
  const stale = await live.submit(live.linkOf("ana"), "approve", opened);

  expect(stale).toMatchObject({ statusCode: 409, body: expect.stringContaining("has changed since this page") });
  expect(stale.body).toContain(`compare/${"c0ffee1".padEnd(40, "1")}...`);
  expect(stale.body).toContain('name="commit" value=""');
  expect(live.aws.answers).toEqual([]);

  await live.press(live.linkOf("ana"), "approve");
  expect(live.aws.answers[0]?.output.base).toMatch(/shop-live:410$/);
});

test("the first release of an environment has no base, and is answered as such", async () => {
  await using live = await stage();
  await live.putEnvironment();
  await live.asks("token-1", { base: null });

  expect((await live.open(live.linkOf("ana"))).body).toContain("this is its first release");
  await live.press(live.linkOf("ana"), "approve");
  expect(live.aws.answers[0]?.output).toMatchObject({ decision: "approved", base: "" });
});

test("a decision that AWS didn't take is kept, and sent again by the same answer", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.aws.trouble.add("SendTaskSuccess");
  const stuck = await live.press(live.linkOf("ana"), "approve");

  expect(stuck).toMatchObject({
    statusCode: 503,
    body: expect.stringContaining("It hasn&#39;t reached the release: AWS had trouble"),
  });
  expect(await live.question(name)).toMatchObject({ decision: { decision: "approved" } });
  expect((await live.open(live.linkOf("ben"))).body).not.toContain("Send it again");

  live.aws.trouble.clear();
  live.later(1);
  const sent = await live.press(live.linkOf("ana"), "approve");
  expect(sent.statusCode).toBe(200);
  expect(live.aws.answers).toMatchObject([{ output: { decision: "approved", at: "2026-11-23T10:00:00.000Z" } }]);
});

test("a notice that can't be sent doesn't undo the decision", async () => {
  await using live = await stage();
  await live.asks("token-1");
  live.aws.trouble.add("Publish");

  expect(await live.press(live.linkOf("ana"), "approve")).toMatchObject({ statusCode: 200 });
  expect(live.aws.answers).toHaveLength(1);
});

test("whoever is no approver any more has no link", async () => {
  await using live = await stage();
  await live.asks("token-1");
  live.setApprovers("ben, eve");

  expect((await live.open(live.linkOf("ana"))).statusCode).toBe(404);
  expect((await live.submit(live.linkOf("ana"), "reject", live.page, { reason: "no" })).statusCode).toBe(404);
  expect((await live.press(live.linkOf("ben"), "approve")).statusCode).toBe(200);
});

test("where the ledger knows nothing of the environment nothing is decided", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  await live.ledger.remove("environment");

  expect(await live.submit(live.linkOf("ana"), "approve", { base: "" })).toMatchObject({ statusCode: 503 });
  expect(await live.question(name)).not.toHaveProperty("decision");
});
