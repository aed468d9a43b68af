import { beforeEach, describe, expect, test } from "vitest";
import type { Candidate } from "../../contract/candidate.ts";
import { candidateOf, goodOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import type { Run } from "./support/run.ts";
import { dev, type Gate, live } from "./support/world.ts";

describe("of the merges that wait for dev", () => {
  let gate: Gate;
  let holder: Run;
  /** A merge that was admitted. */
  const merge = async (build: string, more: Partial<Candidate> = {}) => {
    const run = gate.start(`main-${build}`, { candidate: candidateOf(build, more), requestedBy: "github" });
    await run.admit();
    return run;
  };
  beforeEach(async () => {
    gate = dev({ item: { good: goodOf("a") } });
    holder = await merge("b");
    await holder.lock();
  });
  const superseded = (by: string) => ({
    next: "close",
    ended: "Superseded",
    why: `${by}, a newer candidate, is waiting`,
  });

  test("the newest goes next, in whatever order they ask, and the older ones end Superseded", async () => {
    const [c, d, e] = [await merge("c"), await merge("d"), await merge("e")];
    expect(await c.lock()).toMatchObject({ next: "wait" });
    expect(await e.lock()).toMatchObject({ next: "wait" });
    expect(await d.lock()).toEqual(superseded("main-e"));
    expect(gate.environment().next).toEqual({ execution: e.execution, sequence: 14 });
    await holder.release(2);
    expect(await c.lock()).toEqual(superseded("main-e"));
    expect(await e.lock()).toMatchObject({ next: "change" });
    expect(gate.environment()).not.toHaveProperty("next");
  });

  test("an aborted newest one supersedes nobody", async () => {
    const [c, d] = [await merge("c"), await merge("d")];
    await d.lock();
    d.end("ABORTED");
    expect(await c.lock()).toMatchObject({ next: "wait" });
    expect(gate.environment().next).toEqual({ execution: c.execution, sequence: 12 });
    holder.end("ABORTED");
    expect(await c.lock()).toMatchObject({ next: "change" });
  });

  test("two of one place both wait, and either may go next", async () => {
    const [one, two] = [await merge("c"), await merge("d", { sequence: 12 })];
    await one.lock();
    expect(await two.lock()).toMatchObject({ next: "wait" });
    expect(gate.environment().next?.execution).toBe(one.execution);
    expect(await one.lock()).toMatchObject({ next: "wait" });
    holder.end("ABORTED");
    expect(await two.lock()).toMatchObject({ next: "change" });
    expect(await one.lock()).toMatchObject({ next: "wait" });
  });

  test("one that finds the lock free while a newer one waits leaves it to that one", async () => {
    const [c, d] = [await merge("c"), await merge("d")];
    await d.lock();
    holder.end("ABORTED");
    expect(await c.lock()).toEqual(superseded("main-d"));
    expect(gate.environment().holder).toBe(holder.execution);
    await holder.close();
    expect(await (await merge("c")).lock()).toEqual(superseded("main-d"));
  });

  test("the newest keeps its turn when it asks again, and when two ask at once", async () => {
    const [c, d] = [await merge("c"), await merge("d")];
    await Promise.all([c.lock(), d.lock()]);
    await d.lock();
    await d.lock();
    expect(gate.environment().next?.execution).toBe(d.execution);
    expect(await c.lock()).toEqual(superseded("main-d"));
  });

  test("neither an emergency nor a rollback stands in the line, nor takes anybody's turn", async () => {
    const [c, d] = [await merge("c"), await merge("d")];
    await d.lock();
    const override = { reason: "checkout is down", incident: "INC-7" };
    const input = { candidate: candidateOf("1"), requestedBy: "ana", override };
    expect(await gate.start("hotfix", input, { lane: "emergency" }).begin()).toMatchObject({ next: "change" });
    const rollback = { requestedBy: "ana", rollback: { reason: "slow" } };
    expect(await gate.start("back", rollback, { lane: "rollback" }).begin()).toMatchObject({ next: "restore" });
    expect(await c.lock()).toEqual(superseded("main-d"));
  });
});

test("on live nobody is superseded by waiting: the operators decide", async () => {
  const gate = live({ item: { good: goodOf("a") } });
  const ask = async (build: string) => {
    const run = gate.start(`main-${build}`, offer(gate, candidateOf(build)));
    await run.admit();
    run.decide({});
    return run;
  };
  const [b, c, d] = [await ask("b"), await ask("c"), await ask("d")];
  await b.lock();
  expect(await d.lock()).toMatchObject({ next: "wait" });
  expect(await c.lock()).toMatchObject({ next: "wait" });
  expect(gate.environment()).not.toHaveProperty("next");
});
