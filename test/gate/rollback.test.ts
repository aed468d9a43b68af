import { describe, expect, test } from "vitest";
import { commitOf, digestOfBuild, executionOf, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { ask, b, decide, leftOf, open, release, serving, unknown } from "./support/rollbacks.ts";
import { dev, type Gate } from "./support/world.ts";

describe("a rollback leaves", () => {
  test("what serves, where nothing special is the matter", async () => {
    expect(await decide(open())).toEqual([leftOf("b", 11), commitOf("a")]);
    expect(await decide(open(), null)).toEqual([leftOf("b", 11), commitOf("a")]);
    expect(await decide(open(), serving(null))).toEqual([leftOf("b", 11), commitOf("a")]);
  });

  test("what serves, where that isn't good", async () => {
    const stranger = { taskDefinition: taskDefinitionOf("99"), digest: null, commit: null };
    expect(await decide(open(), serving(taskDefinitionOf(99)))).toEqual([stranger, commitOf("b")]);
    const builds = { [taskDefinitionOf(99)]: { digest: digestOfBuild("e"), commit: commitOf("e") } };
    expect(await decide(open(), serving(taskDefinitionOf(99), { builds }))).toEqual([leftOf("e", 99), commitOf("b")]);
    const unproven = goodOf("f", { taskDefinition: taskDefinitionOf(20) });
    expect(await decide(open({ unproven }), serving(taskDefinitionOf(20)))).toEqual([leftOf("f", 20), commitOf("b")]);
  });

  test("what somebody deploys by hand", async () => {
    const byHand = { taskDefinition: taskDefinitionOf(99), digest: null, commit: null };
    expect(await decide(open(), serving(b.taskDefinition, { open: taskDefinitionOf(99) }))).toEqual([
      byHand,
      commitOf("b"),
    ]);
  });

  test("what serves while the good one is on its way back", async () => {
    const service = serving(taskDefinitionOf(99), { open: b.taskDefinition });
    expect(await decide(open(), service)).toMatchObject([{ taskDefinition: taskDefinitionOf(99) }, commitOf("b")]);
  });

  test("what is announced by a release that runs", async () => {
    const gate = open();
    (await release(gate)).announce(12);
    expect(await decide(gate)).toEqual([leftOf("c", 12), commitOf("b")]);
  });

  test("what was announced by a release that is dead", async () => {
    const gate = open();
    const run = await release(gate);
    run.announce(12);
    run.end("ABORTED");
    expect(await decide(gate)).toEqual([leftOf("c", 12), commitOf("b")]);
  });

  test("whatever a release brings that has announced nothing yet", async () => {
    const gate = open();
    await release(gate);
    expect(await decide(gate)).toEqual([unknown, commitOf("b")]);
  });

  test("whatever a release brought that is going back already", async () => {
    const gate = open();
    const run = await release(gate);
    run.announce(12);
    gate.change({ deploying: { ...gate.environment().deploying, taskDefinition: b.taskDefinition } });
    expect(await decide(gate)).toEqual([unknown, commitOf("b")]);
  });

  test("a release that is recorded as good and still closes", async () => {
    const gate = open();
    const run = await release(gate);
    run.announce(12);
    await run.markGood(12);
    gate.later(1);
    expect(await decide(gate, serving(taskDefinitionOf(12)))).toEqual([leftOf("c", 12), commitOf("b")]);
  });

  test("a release that became good after the operator asked", async () => {
    const gate = open();
    const run = await release(gate);
    const back = ask(gate);
    expect(await back.admit(serving(b.taskDefinition))).toMatchObject({ left: unknown });
    gate.later(1);
    await run.release(12);
    expect(await back.lock()).toMatchObject({ next: "restore", target: b });
  });

  test("never where another rollback was on its way to", async () => {
    const gate = open();
    const first = ask(gate, "first");
    await first.admit(serving(b.taskDefinition));
    await first.lock();
    first.announce(10);
    first.end("ABORTED");
    (await release(gate)).end("ABORTED");
    expect(await decide(gate)).toEqual([leftOf("b", 11), commitOf("a")]);
  });

  test("what serves, where the lock's holder is over and left nothing behind", async () => {
    const gate = open();
    (await release(gate)).end("ABORTED");
    expect(await decide(gate)).toEqual([leftOf("b", 11), commitOf("a")]);
  });
});

describe("an operator may name where to go", () => {
  const goTo = async (gate: Gate, to: string) => ask(gate, "back", to).admit(serving(b.taskDefinition));

  test("the good one before, or the good one itself", async () => {
    expect(await goTo(open(), commitOf("a").slice(0, 7))).toMatchObject({ next: "lock" });
    expect(await goTo(open(), commitOf("b"))).toMatchObject({ next: "lock" });
  });

  test("but no other", async () => {
    expect(await goTo(open(), commitOf("c").slice(0, 7))).toEqual({
      next: "close",
      ended: "InvalidInput",
      why: "rollback.to must be one of aaaaaaa (release/main-a), not ccccccc",
    });
  });

  test("and where two releases share the commit, the one that is not left is meant", async () => {
    const again = goodOf("b", { taskDefinition: taskDefinitionOf(12), execution: executionOf("dev-release", "again") });
    const gate = dev({ item: { good: again, previous: b } });
    const run = ask(gate, "back", commitOf("b").slice(0, 7));
    await run.admit(serving(again.taskDefinition));
    expect(await run.lock()).toMatchObject({ target: b });
  });
});

test("with nothing to go back to it says so, and leaves no mark", async () => {
  for (const item of [{}, { good: b }, { good: b, previous: null }]) {
    const gate = dev({ item });
    expect(await ask(gate).admit(serving(b.taskDefinition))).toEqual({
      next: "close",
      ended: "InvalidInput",
      why: "no other release was good here: there is nothing to roll back to",
    });
    expect(gate.environment()).toEqual({ id: "environment", fence: 0, ...item });
  }
});
