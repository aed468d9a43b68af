import { expect, test } from "vitest";
import { stage } from "./support/stage.ts";

const older = { commit: "aaaaaaa".padEnd(40, "1"), sequence: 411 };
const newer = { commit: "ccccccc".padEnd(40, "3"), sequence: 413 };

test("approving a candidate answers the older questions and leaves the newer ones open", async () => {
  await using live = await stage();
  await live.asks("token-older", { build: older });
  const olderLink = live.linkOf("ben");
  await live.asks("token-newer", { build: newer });
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
  expect(live.aws.published.at(-1)?.body).toContain("Superseded by it, as older:\n  | main-aaaaaaa-20261123T101500");
  expect((await live.ledger.item("approvals"))?.waiting).toEqual(
    new Set(["413 2026-11-26T10:00:00.000Z main-ccccccc-20261123T101500"]),
  );
});

test("a rejection leaves the older questions to be answered", async () => {
  await using live = await stage();
  await live.asks("token-older", { build: older });
  await live.asks("token-1");
  await live.press(live.linkOf("ana"), "reject", { reason: "the older one first" });

  expect(live.aws.answers.map(({ token }) => token)).toEqual(["token-1"]);
  expect([...live.aws.waiting]).toEqual(["token-older"]);
});

test("an older question whose release is over is taken off the list, undecided", async () => {
  await using live = await stage();
  const name = await live.asks("token-older", { build: older });
  live.ends(name, "token-older");
  await live.asks("token-1");

  expect(await live.press(live.linkOf("ana"), "approve")).toMatchObject({ statusCode: 200 });
  expect(await live.ledger.item("approvals")).not.toHaveProperty("waiting");
  expect(await live.question(name)).not.toHaveProperty("decision");
  expect(live.notices()[0]?.body).not.toContain("Superseded");
});

test("questions that nobody ever answers leave the list once they have run out", async () => {
  await using live = await stage();
  for (const day of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const startedAt = new Date(live.now()).toISOString();
    await live.asks(`token-${day}`, { name: `day.${day}`, startedAt, build: { sequence: 400 + day } });
    live.later(24);
  }

  const { waiting } = (await live.ledger.item("approvals")) ?? {};
  expect([...waiting].map((entry) => entry.split(" ").at(-1)).sort()).toEqual(["day.6", "day.7", "day.8", "day.9"]);
});

test("a name that asks anew about a newer build isn't taken for its older question", async () => {
  await using live = await stage();
  const name = "main";
  await live.asks("token-older", { name, build: older });
  await live.asks("token-newer", { name, build: newer, startedAt: "2026-11-23T09:59:30.000Z" });
  await live.asks("token-1");
  await live.press(live.linkOf("ana"), "approve");

  expect([...live.aws.waiting]).toEqual(["token-older", "token-newer"]);
  expect(await live.question(name)).not.toHaveProperty("decision");
});

test("an approval that no release takes supersedes nothing", async () => {
  await using live = await stage();
  await live.asks("token-older", { build: older });
  await live.asks("token-1");
  live.aws.waiting.delete("token-1");
  await live.press(live.linkOf("ana"), "approve");

  expect([...live.aws.waiting]).toEqual(["token-older"]);
});

test("trouble with an older question hides nothing, keeps no other one open, and the next approval closes it", async () => {
  await using live = await stage();
  await live.asks("token-older", { build: older });
  await live.asks("token-oldest", { build: { commit: "b".repeat(40), sequence: 300 } });
  await live.asks("token-1");
  live.aws.trouble.add("token-older");
  const page = await live.press(live.linkOf("ana"), "approve");

  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining("It reached the release") });
  expect([...live.aws.waiting]).toEqual(["token-older"]);

  live.aws.trouble.clear();
  await live.asks("token-newer", { build: newer });
  await live.press(live.linkOf("ana"), "approve", { commit: "ccccccc" });
  expect(live.aws.answers.map(({ token }) => token)).toEqual(["token-1", "token-oldest", "token-newer", "token-older"]);
});
