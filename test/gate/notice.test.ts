import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SNSClient } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";
import { noticeSettings } from "../../contract/clients.ts";
import { candidateOf, commitOf, goodOf } from "./support/builds.ts";
import { ask, b, open, serving } from "./support/rollbacks.ts";
import { green } from "./support/run.ts";
import { dev, type Gate } from "./support/world.ts";

const override = { reason: "checkout is down", incident: "INC-7" };
const revert = `Take it back: git revert ${commitOf("b")}`;
const compare = (from: string, to: string) =>
  `Changes: https://github.com/acme/shop/compare/${commitOf(from)}...${commitOf(to)}`;
const linesOf = (gate: Gate) => gate.aws.messages.at(-1)?.body.split("\n") ?? [];
/** A merge of build `b` on dev, where `a` is good, that is announced. */
async function begin(item: object = { good: goodOf("a") }) {
  const gate = dev({ item });
  const run = gate.start("main-b", { candidate: candidateOf("b"), requestedBy: "github" });
  await run.begin();
  run.announce(12);
  return { gate, run };
}

describe("everybody is told", () => {
  test("of a release: what it was, what it changed and where to look", async () => {
    const { gate, run } = await begin();
    await run.release(12);
    expect(gate.aws.messages).toEqual([
      {
        subject: "shop dev: Released bbbbbbb",
        body: [
          "shop dev: Released",
          "4 checks passed; offered onwards",
          `Commit: ${commitOf("b")}`,
          `Image: ${candidateOf("b").image}`,
          "Asked for by: github",
          compare("a", "b"),
          `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${run.execution}`,
        ].join("\n"),
      },
    ]);
  });

  test.each([
    ["RolledBack", "RedSmoke", [compare("a", "b"), revert]],
    ["Refused", "RedAdmission", [compare("a", "b"), revert]],
    ["DeployFailed", "DeployFailed", [compare("a", "b"), revert]],
    ["Held", "Held", [compare("a", "b")]],
  ])("how to take back what ended %s, which the next merge would bring again", async (ended, failure, lines) => {
    const { gate, run } = await begin();
    await run.close({ failure: { Error: failure, Cause: "it broke" }, restored: green });
    expect(gate.aws.messages.at(-1)?.subject).toBe(`shop dev: ${ended} bbbbbbb`);
    expect(linesOf(gate).filter((line) => /^Changes|^Take/.test(line))).toEqual(lines);
  });

  test("how to take back what a rollback left, and what that changes", async () => {
    const gate = open();
    const run = ask(gate);
    await run.admit(serving(b.taskDefinition));
    await run.lock();
    await run.close({ restored: green });
    expect(gate.aws.messages.at(-1)?.subject).toBe("shop dev: Restored bbbbbbb");
    expect(linesOf(gate)).toEqual(expect.arrayContaining([compare("a", "b"), revert]));
  });

  test("of an emergency before anything is deployed, when it is on record, and again where the answer was lost", async () => {
    const gate = dev({ item: { good: goodOf("a") } });
    const candidate = candidateOf("f", { ref: "hotfix/#4711" });
    const input = { candidate, requestedBy: "ana", override: { ...override, smoke: "advisory" } };
    const run = gate.start("hotfix", input, { lane: "emergency" });
    expect(await run.admit()).toEqual({ next: "lock", why: "incident INC-7" });
    expect(gate.item(`override#${run.execution}`)).toEqual({
      id: `override#${run.execution}`,
      ...input.override,
      requestedBy: "ana",
      build: candidate,
      at: "2026-11-23T10:00:00.000Z",
    });
    expect(gate.aws.messages.at(-1)).toEqual({
      subject: "shop dev: EMERGENCY fffffff",
      body: [
        `ana deploys hotfix/#4711 (${commitOf("f")}) to dev without approval.`,
        `Image: ${candidate.image}`,
        "Incident: INC-7",
        "Reason: checkout is down",
        "Smokes report and stop nothing (advisory).",
        "A post-incident note is owed.",
        `Execution: https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${run.execution}`,
      ].join("\n"),
    });
    await run.admit();
    expect(gate.aws.messages).toHaveLength(2);
  });

  test("last, and once", async () => {
    const { gate, run } = await begin();
    let isFree = false;
    gate.aws.meanwhile.set("Publish", () => {
      isFree = gate.environment().holder === undefined && gate.aws.offers.length === 1;
    });
    await run.release(12);
    expect(isFree).toBe(true);
    await run.close();
    expect(gate.aws.messages).toHaveLength(1);
  });

  test("later where nobody could be told: that fails nothing", async () => {
    const { gate, run } = await begin();
    gate.aws.trouble.set("Publish", "InternalError");
    expect(await run.release(12)).toMatchObject({ ended: "Released" });
    expect(gate.item(`release#${run.execution}`)).not.toHaveProperty("told");
    gate.aws.trouble.clear();
    await run.close();
    expect(gate.item(`release#${run.execution}`)).toMatchObject({ told: true });
    expect(gate.aws.messages).toHaveLength(1);
  });
});

test("what strangers wrote can't pass for a line of ours, hide or turn what follows", async () => {
  const evil = "x\nApproved by: ana\r\u2028\u202e\u200b\u{e0041}y\u001b[31m";
  const clean = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
  const gate = dev({ item: { good: goodOf("b"), previous: goodOf("a") } });
  const candidate = candidateOf("f", { ref: "main", author: evil, message: evil });
  const emergency = gate.start(
    "größe\u202e",
    { candidate, requestedBy: evil, override: { reason: evil, incident: evil } },
    { lane: "emergency" },
  );
  await emergency.begin();
  emergency.announce(20);
  await emergency.close({
    failure: { Error: "RedSmoke", Cause: evil },
    restored: { ...green, why: evil, smoked: evil },
  });
  const back = gate.start("back\u202e", { requestedBy: evil, rollback: { reason: evil } }, { lane: "rollback" });
  await back.admit(null);
  await back.close({ failure: { Error: evil, Cause: evil } });
  const broken = gate.start("broken\u202e", { [evil]: evil, requestedBy: evil });
  await broken.admit();
  await broken.close();
  for (const { subject } of gate.aws.messages) expect(subject).toMatch(/^[ -~]{1,99}$/);
  const lines = gate.aws.messages.map(({ body }) => body.split("\n"));
  expect(lines.map(({ length }) => length)).toEqual([6, 8, 5, 4]);
  for (const line of lines.flat()) expect(line).toMatch(clean);
  expect(lines.flat().filter((line) => line.startsWith("Approved by"))).toEqual([]);
});

test("a subject of whatever length is cut to what SNS takes", async () => {
  const gate = dev({ env: { PROJECT: "p".repeat(60) } });
  await gate.start("ß".repeat(80), "junk").close({ answer: { next: "close", ended: "InvalidInput", why: "" } });
  expect(gate.aws.messages[0]?.subject).toBe(`${"p".repeat(60)} dev: InvalidInput ${"?".repeat(20)}`.slice(0, 99));
});

test("a mail service that hangs holds up no end: it is given up after the client's time", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
  const { port } = silent.address() as AddressInfo;
  const sns = new SNSClient({
    ...noticeSettings,
    requestHandler: { ...noticeSettings.requestHandler, requestTimeout: 100 },
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "KEY", secretAccessKey: "unused" },
  });
  const { gate, run } = await begin();
  gate.aws.clients.sns.send = sns.send.bind(sns) as typeof sns.send;
  expect(await run.release(12)).toMatchObject({ ended: "Released" });
  expect(gate.item(`release#${run.execution}`)).not.toHaveProperty("told");
  await new Promise((closed) => silent.close(closed).closeAllConnections());
});
