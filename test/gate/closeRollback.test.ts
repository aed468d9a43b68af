import { describe, expect, test } from "vitest";
import type { SurveyAnswer } from "../../contract/deploymentCalls.ts";
import { candidateOf, commitOf, digestOfBuild, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { a, ask, b, open, release, serving } from "./support/rollbacks.ts";
import { type Back, green } from "./support/run.ts";
import { template } from "./support/world.ts";

const red = { ...green, verdict: "red", smoked: "orders.list answered 503" } as const;
const unsmoked = { ...green, verdict: "unknown", smoked: "Lambda.Unknown" } as const;
const stuck = { ...green, restored: false, why: "ECS does not answer", verdict: "unknown" } as const;

/** An operator's rollback to the end; `b` is good, `a` was before. */
async function rollBack(restored: Back | null, item: object = {}, service: SurveyAnswer = serving(b.taskDefinition)) {
  const gate = open(item);
  const run = ask(gate);
  await run.admit(service);
  await run.lock();
  const failure = restored ? null : { Error: "States.Timeout", Cause: "" };
  const end = await run.close({ restored, failure });
  return { gate, run, end, left: gate.item(`quarantine#${digestOfBuild("b")}`) };
}

describe("a rollback ends", () => {
  test("Restored where its target serves and is green; what was left is kept out, by an operator", async () => {
    const { gate, run, end, left } = await rollBack(green);
    expect(end).toEqual({
      ended: "Restored",
      why: "back on aaaaaaa (release/main-a): 4 checks passed",
      commit: commitOf("a"),
      digest: digestOfBuild("a"),
      release: "release/main-a",
      taskDefinition: a.taskDefinition,
    });
    expect(gate.environment()).toEqual({ id: "environment", fence: 1, good: a, previous: null });
    expect(left?.[template]).toEqual({
      by: "operator",
      reason: "slow",
      execution: run.execution,
      at: "2026-11-23T10:00:00.000Z",
    });
    expect(gate.item(`release#${run.execution}`)).toMatchObject({ ended: "Restored", before: commitOf("b") });
  });

  test("RollbackFailed, and freezes, where its target is red: it is good all the same, for it serves", async () => {
    const { gate, end, left } = await rollBack(red);
    const why = "back on aaaaaaa (release/main-a), which is not green: orders.list answered 503";
    expect(end).toMatchObject({ ended: "RollbackFailed", why });
    expect(gate.environment()).toMatchObject({ good: a, previous: null, frozen: { reason: why } });
    expect(left).toBeUndefined();
  });

  test("RollbackFailed, and freezes, where its target doesn't serve: nothing is known to be good but what was", async () => {
    const { gate, end } = await rollBack(stuck);
    expect(end).toMatchObject({ ended: "RollbackFailed", why: "not restored: ECS does not answer" });
    expect(gate.environment()).toMatchObject({ good: b, previous: a, frozen: {} });
  });

  test("Unavailable where it is back and its smoke could not be done", async () => {
    const { gate, end } = await rollBack(unsmoked);
    const why = "back on aaaaaaa (release/main-a); its smoke could not be done: Lambda.Unknown";
    expect(end).toMatchObject({ ended: "Unavailable", why });
    expect(gate.environment()).toMatchObject({ good: a });
    expect(gate.environment()).not.toHaveProperty("frozen");
  });

  test("Unavailable where it never came to restoring", async () => {
    const { gate, end } = await rollBack(null);
    expect(end).toMatchObject({ ended: "Unavailable", why: "States.Timeout: no cause is given" });
    expect(gate.environment()).toMatchObject({ good: b, previous: a });
  });

  test.each([
    ["another rollback", "arn:aws:states:eu-central-1:123456789012:execution:shop-dev-rollback:other", "Stopped"],
    ["nobody any more", undefined, "Displaced"],
  ])("without a trace where the lock is held by %s", async (_, holder, ended) => {
    const gate = open();
    const run = ask(gate);
    await run.admit(serving(b.taskDefinition));
    await run.lock();
    gate.change({ holder });
    expect(await run.close({ restored: green })).toMatchObject({ ended });
    expect(gate.environment()).toMatchObject({ good: b, previous: a });
    expect(gate.item(`quarantine#${digestOfBuild("b")}`)).toBeUndefined();
  });
});

describe("a rollback that stays on what is good", () => {
  const byHand = serving(b.taskDefinition, { open: taskDefinitionOf(99) });

  test("keeps the one before", async () => {
    const { gate } = await rollBack(green, {}, byHand);
    expect(gate.environment()).toMatchObject({ good: b, previous: a });
  });

  test("and does so however often it is closed", async () => {
    const { gate, run } = await rollBack(green, {}, byHand);
    await run.close({ restored: green });
    expect(gate.environment()).toEqual({ id: "environment", fence: 1, good: b, previous: a });
  });

  test("ends an emergency's unproven release", async () => {
    const unproven = goodOf("f", { taskDefinition: taskDefinitionOf(20) });
    const { gate } = await rollBack(green, { unproven }, serving(taskDefinitionOf(20)));
    expect(gate.environment()).not.toHaveProperty("unproven");
    expect(gate.item(`quarantine#${digestOfBuild("f")}`)?.[template]).toMatchObject({ by: "operator" });
  });
});

describe("a freeze", () => {
  test.each([[{ reason: "red", since: "2026-11-20T10:00:00Z" }], ["by hand"]])(
    "that stood is over once it is green: %j",
    async (frozen) => {
      expect((await rollBack(green, { frozen })).gate.environment()).not.toHaveProperty("frozen");
      expect((await rollBack(unsmoked, { frozen })).gate.environment()).toMatchObject({ frozen });
    },
  );

  test("that was set meanwhile stays", async () => {
    const gate = open({ frozen: "by ben" });
    const run = ask(gate);
    await run.admit(serving(b.taskDefinition));
    await run.lock();
    gate.change({ frozen: "by cem" });
    await run.close({ restored: green });
    expect(gate.environment()).toMatchObject({ good: a, frozen: "by cem" });
  });
});

test("what a smoke found red is not overwritten by what an operator left", async () => {
  const gate = open();
  const run = await release(gate);
  run.announce(12);
  const found = { by: "smoke", reason: "red", execution: "arn", at: "2026-11-20T10:00:00Z" };
  gate.put({ id: `quarantine#${digestOfBuild("c")}`, [template]: found });
  const back = ask(gate);
  await back.admit(serving(b.taskDefinition));
  await back.lock();
  expect(await back.close({ restored: green })).toMatchObject({ ended: "Restored" });
  expect(gate.item(`quarantine#${digestOfBuild("c")}`)?.[template]).toEqual(found);
  expect(await run.close({ failure: { Error: "Stopped", Cause: "" } })).toMatchObject({ ended: "Stopped" });
});

test("a redeploy that is rolled back to the same image before it keeps nothing out", async () => {
  const again = goodOf("b", { taskDefinition: taskDefinitionOf(12) });
  const { end, left } = await rollBack(green, { good: again, previous: b }, serving(again.taskDefinition));
  expect(end).toMatchObject({ ended: "Restored", taskDefinition: b.taskDefinition });
  expect(left).toBeUndefined();
});

test("what an operator left is kept out of where it was", async () => {
  const { gate } = await rollBack(green);
  expect(await gate.start("again", { candidate: candidateOf("b"), requestedBy: "github" }).admit()).toEqual({
    next: "close",
    ended: "Quarantined",
    why: "an operator left this image (23 Nov 2026, 10:00 UTC): slow",
  });
});
