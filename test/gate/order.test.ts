import { describe, expect, test } from "vitest";
import { candidateOf, commitOf, goodOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { dev, live } from "./support/world.ts";

const requestedBy = "github";
const admit = (good: ReturnType<typeof goodOf>, candidate: ReturnType<typeof candidateOf>) =>
  dev({ item: { good } }).start("main", { candidate, requestedBy }).admit();

describe("an older candidate never replaces a newer one", () => {
  test("and is told the way out", async () => {
    expect(await admit(goodOf("b"), candidateOf("a"))).toEqual({
      next: "close",
      ended: "Superseded",
      why: "candidate.sequence 10 is older than 11 of bbbbbbb, which is good here; if history was rewritten, deploy it once with the emergency machine, which counts anew",
    });
  });

  test("nor under the lock, where a newer one became good meanwhile", async () => {
    const gate = live({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", offer(gate, candidateOf("b")));
    await run.admit();
    run.decide({});
    gate.change({ good: goodOf("c") });
    expect(await run.lock()).toMatchObject({ next: "close", ended: "Superseded" });
  });

  test("but after a rollback the next one isn't refused", async () => {
    expect(await admit(goodOf("a"), candidateOf("c"))).toMatchObject({ next: "lock" });
  });
});

describe("another commit of the same place on main", () => {
  const twin = candidateOf("b", { sequence: 10 });

  test("is refused: the pipeline can't count", async () => {
    expect(await admit(goodOf("a"), twin)).toEqual({
      next: "close",
      ended: "InvalidInput",
      why: "candidate.sequence 10 is also that of aaaaaaa, another commit that is good here: check the repository out with fetch-depth: 0",
    });
  });

  test("is the first after a hotfix, whose branch left main there", async () => {
    expect(await admit(goodOf("a", { hotfix: true }), twin)).toMatchObject({ next: "lock" });
  });
});

describe("an emergency", () => {
  const override = { reason: "checkout is down", incident: "INC-7" };

  test.each([
    ["a branch that has counted further than main", 500, 10],
    ["a history that was rewritten", 2, 2],
  ])("of %s leaves main's next candidate in order", async (_, sequence, kept) => {
    const gate = dev({ item: { good: goodOf("a") } });
    const candidate = candidateOf("f", { ref: "hotfix/#4711", sequence });
    const run = gate.start("hotfix", { candidate, requestedBy, override }, { lane: "emergency" });
    await run.begin();
    await run.release(12);
    expect(gate.environment().good).toMatchObject({ commit: commitOf("f"), sequence: kept, hotfix: true });
    const next = candidateOf("b", { sequence: kept });
    expect(await gate.start("main-b", { candidate: next, requestedBy }).admit()).toMatchObject({ next: "lock" });
  });
});

test("the very first release goes ahead, and there is nothing good before it", async () => {
  const gate = live();
  const run = gate.start("main-a", offer(gate, candidateOf("a")));
  expect(await run.admit()).toMatchObject({ next: "ask", question: { base: null } });
  run.decide({});
  expect(await run.lock()).toMatchObject({ next: "change", fence: 1, release: "release/main-a", target: null });
  expect(await run.release(1)).toMatchObject({ ended: "Released", why: "4 checks passed", release: "release/main-a" });
  expect(gate.environment()).toMatchObject({ good: { commit: commitOf("a"), sequence: 10 }, previous: null });
});
