import { describe, expect, test } from "vitest";
import { commitOf, taskDefinitionOf } from "./support/builds.ts";
import { a, ask, b, decide, leftOf, open, release, serving } from "./support/rollbacks.ts";
import { green } from "./support/run.ts";

describe("operators who ask at once, twice or after a failure leave the same", () => {
  test("while the first rollback waits, and while it runs", async () => {
    const gate = open();
    const first = ask(gate, "first");
    await first.admit(serving(b.taskDefinition));
    const second = ask(gate, "second");
    expect(await second.admit(serving(b.taskDefinition))).toMatchObject({ left: leftOf("b", 11) });
    await first.lock();
    first.announce(10); // where it goes
    const third = ask(gate, "third");
    expect(await third.admit(serving(b.taskDefinition, { open: a.taskDefinition }))).toMatchObject({
      left: leftOf("b", 11),
    });
    expect(await second.lock()).toMatchObject({ next: "wait", why: "first holds the environment" });
    await first.close({ restored: green });
    expect(gate.environment()).toMatchObject({ good: a, previous: null, leaving: { execution: third.execution } });
    for (const run of [second, third]) {
      expect(await run.lock()).toMatchObject({ next: "restore", target: a });
      expect(await run.close({ restored: green })).toMatchObject({ ended: "Restored" });
    }
    expect(gate.environment()).toMatchObject({ good: a });
    expect(gate.environment()).not.toHaveProperty("leaving");
  });

  test("after the first one was aborted half-way, or the second one while it waited", async () => {
    const gate = open();
    const first = ask(gate, "first");
    await first.admit(serving(b.taskDefinition));
    await first.lock();
    first.announce(10);
    const second = ask(gate, "second");
    await second.admit(serving(b.taskDefinition, { open: a.taskDefinition }));
    second.end("ABORTED");
    expect(await ask(gate, "third").admit(serving(a.taskDefinition))).toMatchObject({ left: leftOf("b", 11) });
    first.end("ABORTED");
    expect(await decide(gate, serving(a.taskDefinition), "fourth")).toEqual([leftOf("b", 11), commitOf("a")]);
  });

  test("after the first one failed", async () => {
    const gate = open();
    const first = ask(gate, "first");
    await first.admit(serving(b.taskDefinition));
    await first.lock();
    const failed = { ...green, restored: false, why: "ECS does not answer", verdict: "unknown" as const };
    expect(await first.close({ restored: failed })).toMatchObject({ ended: "RollbackFailed" });
    const service = serving(b.taskDefinition, { open: a.taskDefinition });
    expect(await decide(gate, service, "second")).toEqual([leftOf("b", 11), commitOf("a")]);
  });

  test("while the first one has not even the lock, whatever serves by now", async () => {
    const gate = open();
    const byHand = serving(b.taskDefinition, { open: taskDefinitionOf(99) });
    await ask(gate, "first").admit(byHand);
    const { left } = Object(await ask(gate, "second").admit(serving(b.taskDefinition)));
    expect(left).toEqual({ taskDefinition: taskDefinitionOf(99), digest: null, commit: null });
  });

  test("but one that is over leaves the next operator free", async () => {
    const gate = open();
    const first = ask(gate, "first");
    await first.admit(serving(b.taskDefinition, { open: taskDefinitionOf(99) }));
    first.end("ABORTED");
    expect(await decide(gate, serving(b.taskDefinition), "second")).toEqual([leftOf("b", 11), commitOf("a")]);
  });

  test("also where the first answer was lost, before Step Functions shows the rollback, whatever happened meanwhile", async () => {
    const gate = open();
    const run = await release(gate);
    run.announce(12);
    const back = ask(gate);
    await back.admit(serving(b.taskDefinition));
    run.end("ABORTED");
    gate.change({ deploying: undefined, holder: undefined });
    gate.aws.executions.delete(back.execution);
    expect(await back.admit(serving(b.taskDefinition))).toMatchObject({ left: leftOf("c", 12) });
  });

  test("of two in the same moment one is told to try again", async () => {
    const gate = open();
    const runs = ["one", "two"].map((name) => ask(gate, name));
    const answers = await Promise.allSettled(runs.map((run) => run.admit(serving(b.taskDefinition))));
    expect(answers).toMatchObject([
      { status: "fulfilled" },
      {
        status: "rejected",
        reason: { name: "LedgerChanged", message: "gate: another rollback was asked for at the same time" },
      },
    ]);
    expect(await runs[1]?.admit(serving(b.taskDefinition))).toMatchObject({ left: leftOf("b", 11) });
  });
});
