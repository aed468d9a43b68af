import { expect, test } from "vitest";
import { stage } from "./support/stage.ts";

const older = { commit: "aaaaaaa".padEnd(40, "1"), sequence: 411 };
const newer = { commit: "ccccccc".padEnd(40, "3"), sequence: 413 };

test("approving a candidate answers the older questions and leaves the newer ones open", async () => {
  await using live = await stage();
  await live.asks("token-older", older);
  const olderLink = live.linkOf("ben");
  await live.asks("token-newer", newer);
  const newerLink = live.linkOf("ben");
  await live.asks("token-1");
  await live.press(live.linkOf("ana"), "approve");

  expect(live.aws.answers).toMatchObject([
    { token: "token-1", output: { decision: "approved" } },
    {
      token: "token-older",
      output: { decision: "superseded", by: "ana", reason: "ana approved the newer 1a2b3c4 (build 412)" },
    },
  ]);
  expect((await live.open(olderLink)).body).toContain("Superseded by ana");
  expect((await live.open(newerLink)).body).toContain('value="approve"');
  expect(live.aws.published.at(-1)?.body).toContain("Superseded by it, as older: main-aaaaaaa-20261123T101500");
  expect((await live.ledger.item("approvals"))?.waiting).toEqual(new Set(["413 main-ccccccc-20261123T101500"]));
});

test("a rejection leaves the older questions to be answered", async () => {
  await using live = await stage();
  await live.asks("token-older", older);
  await live.asks("token-1");
  await live.press(live.linkOf("ana"), "reject", { reason: "the older one first" });

  expect(live.aws.answers.map(({ token }) => token)).toEqual(["token-1"]);
  expect([...live.aws.waiting]).toEqual(["token-older"]);
});

test("an older question that ran out meanwhile is taken off the list", async () => {
  await using live = await stage();
  await live.asks("token-older", older);
  live.aws.waiting.delete("token-older");
  await live.asks("token-1");

  expect(await live.press(live.linkOf("ana"), "approve")).toMatchObject({ statusCode: 200 });
  expect(await live.ledger.item("approvals")).not.toHaveProperty("waiting");
});

test("an approval that no release takes supersedes nothing", async () => {
  await using live = await stage();
  await live.asks("token-older", older);
  await live.asks("token-1");
  live.aws.waiting.delete("token-1");
  await live.press(live.linkOf("ana"), "approve");

  expect([...live.aws.waiting]).toEqual(["token-older"]);
});

test("trouble with an older question doesn't hide that the approval arrived, and a repetition closes it", async () => {
  await using live = await stage();
  await live.asks("token-older", older);
  await live.asks("token-1");
  live.aws.trouble.add("token-older");
  const page = await live.press(live.linkOf("ana"), "approve");

  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining("It reached the release") });
  expect([...live.aws.waiting]).toEqual(["token-older"]);

  live.aws.trouble.clear();
  await live.press(live.linkOf("ana"), "approve");
  expect(live.aws.answers.map(({ token }) => token)).toEqual(["token-1", "token-older"]);
});
