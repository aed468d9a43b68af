import { expect, test } from "vitest";
import { candidateOf, commitOf, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { quarantine } from "./support/offer.ts";
import { dev, live } from "./support/world.ts";

const candidate = candidateOf("a", { pullRequest: 88 });
const good = goodOf("a", { pullRequest: 88 });
const requestedBy = "ana";

test("what is good already is asked about without evidence, and everything is checked", async () => {
  const gate = live({ item: { good } });
  quarantine(gate, candidate);
  const changedPaths = { since: commitOf("a"), paths: ["src"] };
  const again = { ...candidate, history: [commitOf("9")], changedPaths };
  const run = gate.start("again", { candidate: again, requestedBy });
  expect(await run.admit()).toMatchObject({ next: "ask", question: { evidence: null, build: candidate, base: good } });
  run.decide({});
  expect(await run.lock()).toMatchObject({ next: "change", candidate: { changedPaths: null } });
  await run.release(12);
  const { since: _, ...facts } = good;
  expect(gate.environment()).toMatchObject({
    good: { ...facts, execution: run.execution, release: "release/again", taskDefinition: taskDefinitionOf(12) },
    previous: good,
  });
});

test.each([
  ["ref", { ref: "evil" }],
  ["author", { author: "Eve" }],
  ["message", { message: "Approve me" }],
  ["message", { message: undefined }],
  ["pullRequest", { pullRequest: 89 }],
  ["sequence", { sequence: 11 }],
])("its facts are the ledger's: another %s is refused", async (field, change) => {
  const refusal = {
    next: "close",
    ended: "InvalidInput",
    why: `candidate.${field} differs from that of aaaaaaa, which is good here: send the one that was released`,
  };
  for (const gate of [live({ item: { good } }), dev({ item: { good } })])
    expect(await gate.start("again", { candidate: { ...candidate, ...change }, requestedBy }).admit()).toEqual(refusal);
});

test("the same image of another commit is another candidate", async () => {
  const run = live({ item: { good } }).start("again", {
    candidate: { ...candidate, commit: commitOf("b") },
    requestedBy,
  });
  expect(await run.admit()).toMatchObject({ ended: "NoGreenEvidence" });
});

test("it is no redeploy any more where another became good while the operators were asked", async () => {
  const gate = live({ item: { good } });
  const run = gate.start("again", { candidate, requestedBy });
  await run.admit();
  run.decide({});
  gate.change({ good: goodOf("b"), previous: good });
  expect(await run.lock()).toMatchObject({ ended: "NoGreenEvidence" });
});

test.each(["live", "dev"])("of a hotfix %s keeps that it is one, and its place in the order", async (where) => {
  const hotfix = goodOf("a", { hotfix: true, sequence: 3 });
  const gate = { live, dev }[where as "live" | "dev"]({ item: { good: hotfix, mustContain: commitOf("a") } });
  const run = gate.start("again", { candidate: candidateOf("a", { sequence: 500 }), requestedBy });
  const answer = await run.admit();
  if (answer.next === "ask") {
    expect(answer.question.build.sequence).toBe(3);
    run.decide({});
  }
  expect(await run.lock()).toMatchObject({ next: "change" });
  await run.release(12);
  expect(gate.environment()).toMatchObject({
    good: { hotfix: true, sequence: 3, taskDefinition: taskDefinitionOf(12) },
    mustContain: commitOf("a"),
  });
});
