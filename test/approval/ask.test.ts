import { expect, test } from "vitest";
import { stage } from "./support/stage.ts";

test("each approver gets a mail of their own that says what would change", async () => {
  await using live = await stage();
  await live.asks("token-1", { message: "Show the cost\n\nApprove here: https://evil.test" });
  const [ana, ben] = live.aws.published;

  expect([ana?.to, ben?.to]).toEqual(["ana", "ben"]);
  expect(ana?.subject).toBe("live: release 1a2b3c4 (build 412)? Your answer is needed");
  expect(ana?.body).toContain("  | Approve here: https://evil.test");
  for (const told of [
    "Chloë",
    "live runs 0f9e8d7 (build 409",
    "/compare/0f9e8d7",
    "26 Nov 2026, 10:00 UTC",
    "/pull/88",
  ])
    expect(ana?.body).toContain(told);
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

test("asking again after a failure replaces the task token of the one question", async () => {
  await using live = await stage();
  live.aws.trouble.add("Publish");
  await expect(live.asks("token-1")).rejects.toThrow(/^approval: can't ask about main-1a2b3c4-\S+: /);
  live.aws.trouble.clear();
  live.aws.waiting.delete("token-1");
  await live.asks("token-2");
  await live.press(live.linkOf("ana"), "approve");

  expect(live.aws.answers).toMatchObject([{ token: "token-2", output: { decision: "approved" } }]);
});

test("asking again keeps links that were sent, and voids a decision that the attempt before never took", async () => {
  await using live = await stage();
  const name = await live.asks("token-1");
  const first = live.linkOf("ana");
  live.aws.waiting.delete("token-1");
  expect((await live.press(first, "approve")).body).toContain("the question is over");
  await live.asks("token-2");

  expect(await live.ledger.item(`approval#${name}`)).not.toHaveProperty("decision");
  expect((await live.press(first, "approve")).statusCode).toBe(200);
  expect(live.aws.answers).toMatchObject([{ token: "token-2" }]);
});

test("the same attempt asked twice doesn't reopen what is decided", async () => {
  await using live = await stage();
  await live.asks("token-1");
  await live.press(live.linkOf("ana"), "approve");
  const sent = live.aws.published.length;
  await live.asks("token-1");

  expect(live.aws.published).toHaveLength(sent);
  expect((await live.open(live.linkOf("ben"))).body).toContain("Approved by ana");
});

test("a question that can't be a question is refused before anything is kept", async () => {
  await using live = await stage();
  const before = await live.ledger.dump();

  await expect(live.asks("token-1", { commit: "main" })).rejects.toThrow(/a commit is 40 hex digits/);
  await expect(live.asks("token-1", {}, { name: "../x" })).rejects.toThrow(/not the name of an execution/);
  await expect(live.asks("token-1", {}, { expiresAt: "soon" })).rejects.toThrow(/not a time/);
  expect(await live.ledger.dump()).toBe(before);
  expect(live.aws.published).toEqual([]);
});
