import { describe, expect, test } from "vitest";
import type { Candidate } from "../../contract/candidate.ts";
import { candidateOf, commitOf, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { green } from "./support/run.ts";
import { live } from "./support/world.ts";

const hotfix = commitOf("f");
/** Live runs a hotfix of build `a`, which main doesn't have yet. */
const hotfixed = {
  good: goodOf("f", { hotfix: true, sequence: 10, taskDefinition: taskDefinitionOf(111) }),
  previous: goodOf("a"),
  mustContain: hotfix,
};
const ask = async (candidate: Candidate, more: object = {}) => {
  const gate = live({ item: hotfixed });
  const run = gate.start("main", { ...offer(gate, candidate), ...more });
  return { gate, run, answer: await run.admit() };
};
const refusal = {
  next: "close",
  ended: "WouldUndoHotfix",
  why: `candidate.history must contain the hotfix ${hotfix}; if it was squashed, say so in contains`,
};

describe("a hotfix on live", () => {
  test("is not undone by a candidate that doesn't have it", async () => {
    expect((await ask(candidateOf("b", { history: [commitOf("a")] }))).answer).toEqual(refusal);
  });

  test("is contained where the history in the evidence names it, and then no longer asked for", async () => {
    const { gate, run, answer } = await ask(candidateOf("b", { history: [commitOf("a"), hotfix] }));
    expect(answer).toMatchObject({
      question: { hotfix: { commit: hotfix, knownBy: "the history in the evidence names it" } },
    });
    run.decide({});
    await run.lock();
    await run.release(12);
    expect(gate.environment()).not.toHaveProperty("mustContain");
    expect(gate.environment().good).toMatchObject({ commit: commitOf("b"), hotfix: false });
  });

  test("is contained where a person says so, which the question shows and the record keeps", async () => {
    const contains = { hotfix, reason: "squashed into\n#89" };
    const { gate, run, answer } = await ask(candidateOf("b"), { contains });
    expect(answer).toMatchObject({
      question: { hotfix: { knownBy: "only the requester says so: squashed into #89" } },
    });
    run.decide({});
    await run.lock();
    await run.release(12);
    expect(gate.item(`release#${run.execution}`)).toMatchObject({ contains });
  });

  test("is not contained by a person's word about another one", async () => {
    const contains = { hotfix: commitOf("e"), reason: "squashed" };
    expect((await ask(candidateOf("b"), { contains })).answer).toEqual(refusal);
  });

  test("that came while the operators were asked is not undone by their answer", async () => {
    const gate = live({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", offer(gate, candidateOf("b")));
    await run.admit();
    run.decide({});
    gate.change(hotfixed);
    expect(await run.lock()).toEqual(refusal);
  });

  test("is asked for from the moment that the emergency is good", async () => {
    const gate = live({ item: { good: goodOf("a"), mustContain: commitOf("e") } });
    const override = { reason: "checkout is down", incident: "INC-7" };
    const input = { candidate: candidateOf("f"), requestedBy: "ana", override };
    const run = gate.start("hotfix", input, { lane: "emergency" });
    await run.begin();
    await run.release(11);
    expect(gate.environment()).toMatchObject({ mustContain: hotfix, previous: goodOf("a") });
  });
});

describe("an operator's rollback", () => {
  const rollback = { requestedBy: "ana", rollback: { reason: "slow" } };

  test("of the hotfix ends the demand for it", async () => {
    const gate = live({ item: hotfixed });
    const run = gate.start("back", rollback, { lane: "rollback" });
    await run.begin();
    expect(await run.close({ restored: green })).toMatchObject({ ended: "Restored" });
    expect(gate.environment().good).toEqual(goodOf("a"));
    expect(gate.environment()).not.toHaveProperty("mustContain");
  });

  test("to the hotfix brings it back", async () => {
    const gate = live({ item: { good: goodOf("b"), previous: hotfixed.good } });
    const run = gate.start("back", rollback, { lane: "rollback" });
    await run.begin();
    await run.close({ restored: green });
    expect(gate.environment()).toMatchObject({ good: hotfixed.good, mustContain: hotfix });
  });

  test("of what came after the hotfix keeps it", async () => {
    const gate = live({ item: hotfixed });
    const run = gate.start("back", rollback, { lane: "rollback" });
    await run.admit({ open: "by-hand", serves: null });
    await run.lock();
    await run.close({ restored: green });
    expect(gate.environment()).toMatchObject(hotfixed);
  });
});
