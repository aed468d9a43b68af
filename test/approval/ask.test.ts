import { expect, test } from "vitest";
import { readAskSettings } from "../../approval/settings.ts";
import { stage } from "./support/stage.ts";

test("each approver gets a mail of their own that says what would change", async () => {
  await using live = await stage();
  await live.asks("token-1", { build: { message: "Show the cost\n\nApprove here: https://evil.test" } });
  const [ana, ben] = live.aws.published;

  expect([ana?.to, ben?.to]).toEqual(["ana", "ben"]);
  expect(ana?.subject).toBe("live: release 1a2b3c4 (build 412)? Your answer is needed");
  expect(ana?.body).toContain("  | Approve here: https://evil.test");
  for (const text of [
    "Author    Chloë",
    "live runs 0f9e8d7 (build 409",
    "/compare/0f9e8d7",
    "Answer until 26 Nov 2026, 10:00 UTC, as ana:",
    "/pull/88",
  ])
    expect(ana?.body).toContain(text);
  expect(ana?.body).toContain(
    "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/arn:aws:states:eu-central-1:123456789012:execution:shop-dev-release:main-1a2b3c4-20261123T101500",
  );
  expect(live.linkOf("ana")).not.toBe(live.linkOf("ben"));
  expect(live.linkOf("ana")).toMatch(/^\/a\/main-1a2b3c4-20261123T101500\/[\w-]{43}$/);
});

test("the ledger holds no link, only what recognises one", async () => {
  await using live = await stage();
  await live.asks("token-1");
  const kept = await live.ledger.dump();

  for (const approver of ["ana", "ben"]) {
    expect(kept).toMatch(new RegExp(`"[0-9a-f]{64} ${approver}"`));
    expect(kept).not.toContain(live.linkOf(approver).split("/").at(-1));
  }
});

test("one approver's failing mail keeps nobody else from being asked", async () => {
  await using live = await stage();
  live.aws.trouble.add("ana");
  await live.asks("token-1");

  expect(live.aws.published.map(({ to }) => to)).toEqual(["ben"]);
  expect(await live.press(live.linkOf("ben"), "approve")).toMatchObject({ statusCode: 200 });
});

test("where nobody could be mailed the machine is told so, and asks again", async () => {
  await using live = await stage();
  live.aws.trouble.add("Publish");
  await expect(live.asks("token-1")).rejects.toMatchObject({
    name: "AskFailed",
    message:
      "approval: main-1a2b3c4-20261123T101500: nobody could be mailed: ana: InternalErrorException; ben: InternalErrorException",
  });
  live.aws.trouble.clear();
  live.aws.waiting.delete("token-1");
  await live.asks("token-2");
  await live.press(live.linkOf("ana"), "approve");

  expect(live.aws.answers).toMatchObject([{ token: "token-2", output: { decision: "approved" } }]);
});

test("a mail service that hangs is given up after the client's time-out", async () => {
  await using live = await stage({ mailTimeout: 50 });
  live.aws.hangs.add("Publish");

  await expect(live.asks("token-1")).rejects.toMatchObject({
    name: "AskFailed",
    message: expect.stringContaining("ana: TimeoutError"),
  });
});

test("asking again keeps the question and the links that were sent, under the new token", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const first = live.linkOf("ana");
  const { links } = await live.question(name);
  live.aws.waiting.delete("token-1");
  expect(await live.asks("token-2")).toBe(name);

  const again = await live.question(name);
  expect(again.taskToken).toBe("token-2");
  expect(again.links.size).toBe(4);
  expect(again.links.isSupersetOf(links)).toBe(true);
  expect((await live.open(live.linkOf("ana"))).statusCode).toBe(200);
  expect((await live.press(first, "approve")).statusCode).toBe(200);
  expect(live.aws.answers).toMatchObject([{ token: "token-2" }]);
});

test("a question that an earlier attempt had answered is not asked again: its decision stays", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  live.aws.waiting.delete("token-1"); // the attempt failed, its release goes on
  const page = await live.press(live.linkOf("ana"), "approve");
  expect(page).toMatchObject({ statusCode: 202, body: expect.stringContaining("it reads the stored answer") });
  const mails = live.aws.published.length;

  await expect(live.asks("token-2")).rejects.toMatchObject({
    name: "AlreadyDecided",
    message: "approval: main-1a2b3c4-20261123T101500: an earlier attempt to ask was answered",
  });
  expect(await live.question(name)).toMatchObject({ decision: { decision: "approved", by: "ana" } });
  expect(live.aws.published).toHaveLength(mails);
});

test("the same attempt asked twice doesn't reopen what is decided", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  await live.press(live.linkOf("ana"), "approve");
  const before = await live.ledger.dump();

  await expect(live.asks("token-1")).rejects.toMatchObject({ name: "AlreadyDecided" });
  expect(await live.ledger.dump()).toBe(before);
  expect(await live.question(name)).toMatchObject({ delivered: true });
});

test("a name that is used again after 90 days begins anew: decision and links of the first execution are void", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const old = live.linkOf("ana");
  await live.press(old, "reject", { reason: "not this year" });
  live.later(91 * 24);
  await live.asks("token-2", { startedAt: new Date(live.now() - 60_000).toISOString() });

  const again = await live.question(name);
  expect(again).not.toHaveProperty("decision");
  expect(again).not.toHaveProperty("delivered");
  expect(again.links.size).toBe(2);
  expect(await live.open(old)).toMatchObject({ statusCode: 404 });
  expect(await live.submit(old, "approve", live.page)).toMatchObject({ statusCode: 404 });
  expect((await live.press(live.linkOf("ana"), "approve")).statusCode).toBe(200);
  expect(live.aws.answers.at(-1)).toMatchObject({ token: "token-2", output: { decision: "approved" } });
});

test.each(["release.2026-11", "größe", "v1.0+build(7)'!", "..", "発布"])(
  "an execution named %s is asked about, and its link leads to it",
  async (name) => {
    await using live = await stage();
    await live.asks("token-1", { name });
    const link = live.linkOf("ana");

    expect(link).toMatch(/^\/a\/[\w~-]+\/[\w-]{43}$/);
    expect(new URL(link, "https://approve.example.test").pathname).toBe(link);
    expect(await live.press(link, "approve")).toMatchObject({ statusCode: 200 });
    expect(live.aws.answers).toMatchObject([{ token: "token-1" }]);
    expect(await live.question(name)).toMatchObject({ delivered: true });
  },
);

test("a question that can't be a question is refused before anything is kept", async () => {
  await using live = await stage();
  const before = await live.ledger.dump();

  await expect(live.asks("token-1", { build: { commit: "main" } })).rejects.toMatchObject({
    name: "InvalidCall",
    message: 'approval: question.build.commit must be 40 hex digits, not "main"',
  });
  await expect(live.asks("token-1", { execution: "../x" })).rejects.toThrow(/must be the ARN of an execution/);
  expect(await live.ledger.dump()).toBe(before);
  expect(live.aws.published).toEqual([]);
});

test("a function without its variables says which ones pulumi up has to set", () => {
  expect(() => readAskSettings({ LEDGER: "t", TOPIC: " ", ENVIRONMENT: "live", LINK_BASE: "approve" })).toThrow(
    "approval: environment variables to be set by pulumi up: TOPIC, REPOSITORY, APPROVERS, LINK_BASE",
  );
});
