import { describe, expect, test } from "vitest";
import { type ChangeFailure, changeFailures } from "../../contract/ends.ts";
import { candidateOf, commitOf, digestOfBuild, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { type Back, green } from "./support/run.ts";
import { dev, template } from "./support/world.ts";

const back = (more: Partial<Back> = {}): Back => ({ ...green, ...more });
const stuck = back({ restored: false, why: "ECS does not answer", verdict: "unknown", smoked: "" });
const nothing = back({
  restored: false,
  error: "NothingToRestore",
  why: "nothing has been good here yet",
  verdict: "unknown",
});
const lost = back({ restored: false, error: "LockLost", why: "the lock is gone", verdict: "unknown" });
/** As Step Functions passes on what a function throws. */
const thrown = (errorMessage: string) => JSON.stringify({ errorType: "Error", errorMessage, trace: [] });

interface Story {
  failure: ChangeFailure | (string & {});
  cause?: string;
  restored?: Back | null;
  /** The environment's item at the end. */
  item?: object;
  announced?: boolean;
}

/** A merge of build `b` on dev, where `a` is good, that came to nothing like this. */
async function close({ failure, cause = "it broke", restored = green, item = {}, announced = true }: Story) {
  const gate = dev({ item: { good: goodOf("a") } });
  const run = gate.start("main-b", { candidate: candidateOf("b"), requestedBy: "github" });
  await run.begin();
  if (announced) run.announce(12);
  gate.change(item);
  const { ended, why } = await run.close({ failure: { Error: failure, Cause: cause }, restored });
  const { frozen, good } = gate.environment();
  const quarantine = gate.item(`quarantine#${digestOfBuild("b")}`)?.[template];
  return { ended, why, frozen, quarantine, good };
}

describe("a change that came to nothing, back on what was good and green", () => {
  const cases = Object.entries(changeFailures).map(([failure, { ended, isRed }]) => ({ failure, ended, isRed }));
  test.each(cases)("$failure: ends $ended", async ({ failure, ended, isRed }) => {
    const why = "it broke; back on aaaaaaa";
    const quarantine = { by: "smoke", reason: why, at: "2026-11-23T10:00:00.000Z" };
    const end = await close({ failure });
    expect(end).toMatchObject({ ended, why, good: goodOf("a"), ...(isRed ? { quarantine } : {}) });
    expect([end.quarantine !== undefined, end.frozen]).toEqual([isRed, undefined]);
  });

  test.each(["States.Timeout", "Lambda.Unknown", "NotGood"])(
    "%s, which nobody gave a meaning: ends RolledBack",
    async (failure) => {
      expect(await close({ failure, cause: thrown("gate: no,\nno") })).toMatchObject({
        ended: "RolledBack",
        why: `${failure}: gate: no, no; back on aaaaaaa`,
        quarantine: undefined,
      });
    },
  );
});

describe("where what was good is not green either, or nobody can say", () => {
  test.each([
    ["red", "it broke; back on aaaaaaa, which is not green either: sign-in answered 401", "Held"],
    ["error", "it broke; back on aaaaaaa, whose smoke could not be done: sign-in answered 401", "RolledBack"],
    ["unknown", "it broke; back on aaaaaaa, whose smoke could not be done: sign-in answered 401", "RolledBack"],
  ] as const)("%s: nothing is quarantined and nothing frozen", async (verdict, why, ended) => {
    const restored = back({ verdict, smoked: "sign-in answered 401" });
    expect(await close({ failure: "RedSmoke", restored })).toMatchObject({
      ended,
      why,
      frozen: undefined,
      quarantine: undefined,
    });
  });
});

describe("where it could not be taken back", () => {
  test.each([
    ["Restore gave up", stuck, "it broke; and not restored: ECS does not answer"],
    ["Restore gave no answer", null, "it broke; and not restored: Restore gave no answer"],
    [
      "Restore failed",
      back({ restored: false, error: "States.Timeout", why: "" }),
      "it broke; and not restored: no cause is given",
    ],
  ])("%s: ends RollbackFailed and freezes", async (_, restored, why) => {
    expect(await close({ failure: "Unhealthy", restored })).toMatchObject({
      ended: "RollbackFailed",
      why,
      frozen: { reason: why, since: "2026-11-23T10:00:00.000Z", by: expect.stringMatching(/:main-b$/) },
      quarantine: undefined,
    });
  });

  test("a freeze that stands already stays as it is", async () => {
    const end = await close({ failure: "Unhealthy", restored: stuck, item: { frozen: "by hand" } });
    expect(end).toMatchObject({ ended: "RollbackFailed", frozen: "by hand" });
  });
});

describe("the very first release", () => {
  test("that users met still serves, and the next one goes ahead", async () => {
    expect(await close({ failure: "RedSmoke", restored: nothing, item: { good: undefined } })).toMatchObject({
      ended: "RollbackFailed",
      why: "it broke; nothing was good here before, so it still serves: merge a fix, the next release goes ahead",
      frozen: undefined,
    });
  });

  test("that nobody met ends as it failed", async () => {
    const end = await close({ failure: "DeployFailed", restored: nothing, item: { good: undefined } });
    expect(end).toMatchObject({ ended: "DeployFailed", why: "it broke", frozen: undefined });
  });
});

describe("a release that was never announced can't be in ECS", () => {
  test.each([
    ["Held", "Held", "it broke"],
    ["DeployFailed", "DeployFailed", "it broke"],
    ["TooSlow", "Unavailable", "it broke"],
    ["AccessDeniedException", "Unavailable", "AccessDeniedException: it broke"],
  ])("%s: ends %s", async (failure, ended, why) => {
    const end = await close({ failure, announced: false, restored: stuck });
    expect(end).toMatchObject({ ended, why, frozen: undefined });
  });
});

describe("a release that lost the lock", () => {
  const taken = (lane: string) => ({
    holder: `arn:aws:states:eu-central-1:123456789012:execution:shop-dev-${lane}:other`,
    deploying: undefined,
  });
  test.each([
    ["Stopped", "rollback", "Stopped", "an operator's rollback, other, took over"],
    ["Displaced", "emergency", "Displaced", "emergency other took over"],
    ["LockLost", "release", "Displaced", "release other took over"],
    ["RedSmoke", "rollback", "Stopped", "it broke; then an operator's rollback, other, took over"],
    ["Unhealthy", "emergency", "Displaced", "it broke; then emergency other took over"],
  ])("%s to a %s: ends %s", async (failure, lane, ended, why) => {
    const end = await close({ failure, restored: lost, item: taken(lane) });
    expect(end).toMatchObject({ ended, why, frozen: undefined, quarantine: undefined });
  });

  test("to one that is over already: ends Displaced", async () => {
    const gone = { holder: undefined, deploying: undefined };
    const why = "another execution took the environment over";
    expect(await close({ failure: "LockLost", restored: lost, item: gone })).toMatchObject({ ended: "Displaced", why });
    const red = await close({ failure: "RedSmoke", restored: lost, item: gone });
    expect(red).toMatchObject({ ended: "Displaced", why: `it broke; then ${why}` });
  });

  test("after it was good is Released all the same", async () => {
    const mine = goodOf("b", {
      execution: "arn:aws:states:eu-central-1:123456789012:execution:shop-dev-release:main-b",
    });
    const item = { ...taken("emergency"), good: goodOf("f"), previous: mine };
    const end = await close({ failure: "LockLost", restored: lost, item });
    expect(end).toMatchObject({ ended: "Released", why: "its smoke was green; offered onwards" });
  });
});

describe("the ledger says first how a release ended", () => {
  test("good, though the answer that said so was lost", async () => {
    const gate = dev({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", { candidate: candidateOf("b"), requestedBy: "github" });
    const answer = await run.begin();
    run.announce(12);
    await run.markGood(12);
    const restored = back({ restored: false, error: "AlreadyGood", verdict: "unknown" });
    const end = await run.close({ answer, failure: { Error: "States.Timeout", Cause: "" }, restored });
    expect(end).toEqual({
      ended: "Released",
      why: "its smoke was green; offered onwards",
      commit: commitOf("b"),
      digest: digestOfBuild("b"),
      release: "release/main-b",
      taskDefinition: taskDefinitionOf(12),
    });
  });

  test("and a refusal that nothing was wanted of it any more", async () => {
    const gate = dev({ item: { good: goodOf("c") } });
    const run = gate.start("main-b", { candidate: candidateOf("b"), requestedBy: "github" });
    const { why } = await run.admit();
    expect(await run.close()).toMatchObject({ ended: "Superseded", why });
  });

  test("where the gate itself failed, nothing was judged", async () => {
    const failure = { Error: "LedgerUnreadable", Cause: thrown("gate: the table is gone") };
    for (const item of [{}, { holder: "arn:another", heldSince: "2026-11-23T10:00:00Z" }]) {
      const run = dev({ item }).start("main-b", { candidate: candidateOf("b"), requestedBy: "github" });
      const why = "LedgerUnreadable: gate: the table is gone";
      expect(await run.close({ failure })).toMatchObject({ ended: "Unavailable", why });
    }
  });
});
