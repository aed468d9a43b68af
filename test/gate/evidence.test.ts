import { expect, test } from "vitest";
import type { ExecutionStory } from "./support/aws.ts";
import { candidateOf, commitOf, executionOf, goodOf } from "./support/builds.ts";
import { offer, quarantine } from "./support/offer.ts";
import { live } from "./support/world.ts";

const candidate = candidateOf("b");
const name = "main-bbbbbbb";
const day = 24 * 60;

/** What live says to a candidate of which dev's execution is like this. */
async function admit(more: Partial<ExecutionStory>, minutes = 0) {
  const gate = live({ item: { good: goodOf("a") } });
  const input = offer(gate, candidate, more);
  gate.later(minutes);
  return gate.start("main-b", input).admit();
}
const refusal = (why: unknown) => ({ next: "close", ended: "NoGreenEvidence", why });

test("what dev has released is asked about, as it stands in dev's own input", async () => {
  const gate = live({ item: { good: goodOf("a") } });
  const run = gate.start("main-b", offer(gate, candidate));
  expect(await run.admit()).toEqual({
    next: "ask",
    why: "it takes an operator's approval",
    seconds: 72 * 3600,
    question: {
      execution: run.execution,
      startedAt: run.startedAt,
      requestedBy: "shop-dev-release",
      build: candidate,
      evidence: executionOf("dev-release", name),
      base: goodOf("a"),
      expiresAt: "2026-11-26T10:00:00.000Z",
    },
  });
});

test("none is named", async () => {
  const why =
    "evidence.executionArn is missing: name the execution that released this candidate in the environment before";
  expect(await live().start("main-b", { candidate, requestedBy: "ana" }).admit()).toEqual(refusal(why));
});

test.each(["dev-emergency", "live-release", "dev-rollback"])(
  "an execution of %s is none, and not even read",
  async (machine) => {
    const gate = live();
    const executionArn = executionOf(machine, name);
    gate.aws.trouble.set("DescribeExecution", "AccessDeniedException");
    const answer = await gate.start("main-b", { ...offer(gate, candidate), evidence: { executionArn } }).admit();
    expect(answer).toEqual(
      refusal(
        `${executionArn} is no execution of arn:aws:states:eu-central-1:123456789012:stateMachine:shop-dev-release, whose releases are evidence`,
      ),
    );
  },
);

test("one that doesn't exist", async () => {
  const gate = live();
  const executionArn = executionOf("dev-release", "never\u202eran");
  const answer = await gate.start("main-b", { ...offer(gate, candidate), evidence: { executionArn } }).admit();
  expect(answer).toEqual(refusal(`there is no execution ${executionArn.replace("\u202e", " ")}`));
});

test.each(["FAILED", "ABORTED", "TIMED_OUT", "PENDING_REDRIVE"])("one that ended %s", async (status) => {
  expect(await admit({ status })).toEqual(refusal(`${name} ended ${status}`));
});

test.each([
  ["rolled back to another end", { ended: "RolledBack", digest: candidate.image.split("@")[1] }],
  ["released another image", { ended: "Released", digest: `sha256:${"c".repeat(64)}` }],
  ["says nothing", undefined],
])("one that succeeded and %s", async (_, output) => {
  expect(await admit({ output })).toEqual(refusal(`${name} did not release bbbbbbb`));
});

test("one that was redriven", async () => {
  const why = `${name} was redriven: only a release in one go is evidence; merge again`;
  expect(await admit({ redrives: 1 })).toEqual(refusal(why));
  expect(await admit({ redrives: 1, status: "RUNNING" })).toEqual(refusal(why));
});

test("one whose input is none of a release", async () => {
  expect(await admit({ input: { candidate } })).toEqual(
    refusal(`the input of ${name} can't be read: requestedBy is missing: it must be 1 to 256 readable characters`),
  );
});

test.each([
  ["author", { author: "Eve" }],
  ["message", { message: "another" }],
  ["sequence", { sequence: 12 }],
  ["history", { history: [commitOf("c")] }],
  ["changed paths", { changedPaths: { since: commitOf("a"), paths: [] } }],
])("a candidate of another %s than the evidence's own", async (_, change) => {
  expect(await admit({ input: { candidate: { ...candidate, ...change }, requestedBy: "github" } })).toEqual({
    next: "close",
    ended: "InvalidInput",
    why: `candidate differs from the one in the input of ${name}: send that one`,
  });
});

test("one that still runs is waited for, two minutes long", async () => {
  const gate = live();
  const run = gate.start("main-b", offer(gate, candidate, { status: "RUNNING" }));
  gate.later(1.9);
  expect(await run.admit()).toEqual({ next: "wait", after: "admit", seconds: 5, why: `${name} is still running` });
  gate.later(0.1);
  expect(await run.admit()).toEqual(refusal(`${name} was still running after 2 minutes`));
  offer(gate, candidate);
  expect(await run.admit()).toMatchObject({ next: "ask" });
});

test("one that ended too long ago", async () => {
  expect(await admit({}, 7 * day - 2)).toMatchObject({ next: "ask" });
  expect(await admit({}, 8 * day)).toEqual(
    refusal(`${name} ended on 23 Nov 2026, 09:59 UTC, and evidence counts for 7 days: merge again`),
  );
});

test("one that got too old while the operators were asked", async () => {
  const gate = live({ item: { good: goodOf("a") } });
  const run = gate.start("main-b", offer(gate, candidate, { stoppedAt: gate.now() - 5 * day * 60_000 }));
  await run.admit();
  gate.later(2 * day + 1);
  run.decide({});
  expect(await run.lock()).toEqual(
    refusal(`${name} ended on 18 Nov 2026, 10:00 UTC, and evidence counts for 7 days: merge again`),
  );
  expect(gate.environment().holder).toBeUndefined();
});

test("a later red smoke on dev revokes it, whatever the template, at admission and under the lock", async () => {
  const gate = live({ item: { good: goodOf("a") } });
  const run = gate.start("main-b", offer(gate, candidate));
  await run.admit();
  run.decide({});
  quarantine(gate, candidate);
  const revoked = refusal("a later smoke in the environment before was red: orders.list answered 503");
  expect(await run.lock()).toEqual(revoked);
  expect(await gate.start("once-more", offer(gate, candidate)).admit()).toEqual(revoked);
});

test.each([
  ["an operator's rollback on dev", { by: "operator" }],
  ["a red smoke before it, under settings that have been mended since", { minutesAgo: 21 }],
])("%s revokes nothing", async (_, how) => {
  const gate = live();
  quarantine(gate, candidate, how);
  expect(await gate.start("main-b", offer(gate, candidate)).admit()).toMatchObject({ next: "ask" });
});

test("a quarantine that can't be understood is none that can be passed over", async () => {
  const gate = live();
  gate.aws.put("shop-dev-ledger", { id: `quarantine#${candidate.image.split("@")[1]}`, "arn:t:1": { by: "somebody" } });
  await expect(gate.start("main-b", offer(gate, candidate)).admit()).rejects.toMatchObject({
    name: "LedgerUnreadable",
  });
});
