import { expect, test } from "vitest";
import { stage } from "./support/stage.ts";

const digest = `sha256:${"a".repeat(64)}`;
const repository = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop";
const hotfix = { commit: "f".repeat(40), knownBy: "only the requester says so: squashed" };

/** A page's text, as a reader sees it. */
const textOf = (page: { body: string }) =>
  page.body
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/g, " ");

test("page, mail and notice say which image it is, where the facts come from, and how the hotfix is known", async () => {
  await using live = await stage();
  await live.asks("token-1", { hotfix });
  const page = textOf(await live.open(live.linkOf("ana")));
  const [mail] = live.aws.published;
  await live.press(live.linkOf("ana"), "approve");
  const notice = live.aws.published.at(-1);

  for (const text of [repository, digest, "from the evidence: the release that found it green"])
    expect(page).toContain(text);
  expect(page).toContain("contains fffffff : only the requester says so: squashed");
  expect(page).toContain("shop-dev-release (only said by the requester)");
  for (const message of [mail, notice])
    for (const line of [
      `Image     ${repository}`,
      `Digest    ${digest}`,
      "Facts     from the evidence",
      `Hotfix    contains ${hotfix.commit}: ${hotfix.knownBy}`,
      "Asked by  shop-dev-release (only said by the requester)",
    ])
      expect(message?.body.split("\n")).toContain(line);
});

test("what is good already is redeployed by the ledger's word, and said to be", async () => {
  await using live = await stage();
  await live.asks("token-1", { evidence: null });
  const page = textOf(await live.open(live.linkOf("ana")));

  expect(page).toContain("from live's ledger: it is what live already runs, deployed again");
  expect(page).not.toContain("evidence");
  expect(live.aws.published[0]?.body).toContain("Facts     from live's ledger");
  expect(live.aws.published[0]?.body).not.toContain("found it green");
});

test("text of strangers that is cut ends with a whole character, everywhere", async () => {
  await using live = await stage();
  const long = `${"x".repeat(198)}👩‍🚒 and more`;
  await live.asks("token-1", { build: { author: long, message: long, ref: long }, requestedBy: long });
  const link = live.linkOf("ana");
  const refused = await live.press(link, "approve", { commit: "123456👩‍🚒" });
  await live.press(link, "reject", { reason: `${"y".repeat(498)}👍` });
  const pages = [refused, await live.open(link)];

  for (const { body } of [...pages, ...live.aws.published]) {
    expect(body.isWellFormed()).toBe(true);
    expect(body).not.toContain("\u{fffd}");
  }
  expect(live.aws.published[0]?.body).toContain(`Author    ${"x".repeat(198)}…`);
  expect(live.aws.published.at(-1)?.body).toContain(`  | ${"y".repeat(498)}👍`);
  expect(pages[1]?.body).toContain(`${"y".repeat(498)}👍`);
});

test("what can't be seen is not passed on: zero-width, tag and direction-changing characters", async () => {
  await using live = await stage();
  const hidden = "\u200b\u2060\u{e0041}\u{e007f}\u202e\u2066\ufeff";
  const text = `a${hidden}b`;
  const build = { author: text, message: `${text}\n${text}`, ref: text, image: `shop${hidden}@sha256:${hidden}` };
  await live.asks("token-1", {
    name: `main${hidden.replace("\ufeff", "")}x`,
    build,
    requestedBy: text,
    hotfix: { ...hotfix, knownBy: text },
    base: null,
  });
  await live.putEnvironment();
  const link = live.linkOf("ana");
  const open = await live.open(link);
  const decided = await live.press(link, "reject", { reason: text });

  expect(decided.statusCode).toBe(200);
  for (const { body } of [open, decided, ...live.aws.published]) expect(body).not.toMatch(/[\p{Cf}\p{Co}]/u);
  expect(live.aws.published.at(-1)?.body).toContain("  | a b");
});

test("a reason that nobody can see is none", async () => {
  await using live = await stage();
  await live.asks("token-1");

  expect(await live.press(live.linkOf("ana"), "reject", { reason: "\u200b \u2060" })).toMatchObject({
    statusCode: 422,
    body: expect.stringContaining("a rejection needs a reason"),
  });
});

test("subject lines are printable ASCII of less than 100 characters", async () => {
  await using live = await stage({ approvers: `${"long-name-".repeat(10)}👩‍🚒ë` });
  await live.asks("token-1");
  await live.press(live.linkOf(live.aws.published[0]?.to ?? ""), "approve");

  expect(live.aws.published).toHaveLength(2);
  for (const { subject } of live.aws.published) expect(subject).toMatch(/^[ -~]{1,99}$/);
});
