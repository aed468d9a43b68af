import { describe, expect, test } from "vitest";
import { candidateOf, commitOf, goodOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { type Gate, live } from "./support/world.ts";

const override = { reason: "checkout is down", incident: "INC-7" };
const emergency = (gate: Gate) =>
  gate.start("hotfix", { candidate: candidateOf("f"), requestedBy: "ana", override }, { lane: "emergency" });

describe("an environment whose item is missing, or makes no sense, is not one before its first release", () => {
  const missing = (gate: Gate) => gate.aws.remove("shop-live-ledger", "environment");
  const broken = (gate: Gate) => gate.change({ good: { commit: commitOf("a") } });

  test.each([
    [
      "missing",
      missing,
      'gate: shop-live-ledger has no item "environment": restore the table from its point-in-time recovery',
    ],
    ["broken", broken, /^gate: shop-live-ledger: environment: good\.image: /],
  ])("%s", async (_, destroy, message) => {
    const gate = live({ item: { good: goodOf("a") } });
    const release = gate.start("main-b", offer(gate, candidateOf("b")));
    const waiting = gate.start("main-c", offer(gate, candidateOf("c")));
    await waiting.admit();
    waiting.decide({});
    const rollback = gate.start("back", { requestedBy: "ana", rollback: { reason: "slow" } }, { lane: "rollback" });
    destroy(gate);
    const unreadable = { name: "LedgerUnreadable", message: expect.stringMatching(message) };
    for (const attempt of [
      release.admit(),
      waiting.lock(),
      emergency(gate).admit(),
      rollback.admit(),
      release.markGood(1, { fence: 1, frozenSince: null }),
      release.close(),
    ])
      await expect(attempt).rejects.toMatchObject(unreadable);
  });
});

describe("a frozen environment", () => {
  test.each([
    ["with a reason", { reason: "the restore\nfailed", since: "2026-11-20T10:00:00Z" }, "the restore failed"],
    ["without one", {}, "no reason is recorded"],
    ["with an empty one", { reason: "" }, "no reason is recorded"],
    ["with junk", "by hand", "no reason is recorded"],
    ["with a number", 0, "no reason is recorded"],
    ["with false", false, "no reason is recorded"],
    ["with null", null, "no reason is recorded"],
    ["with a list", [], "no reason is recorded"],
  ])("%s takes no release, also where it froze while the operators were asked", async (_, frozen, why) => {
    const gate = live({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", offer(gate, candidateOf("b")));
    await run.admit();
    run.decide({});
    gate.change({ frozen });
    const refusal = { next: "close", ended: "Frozen", why: `the environment is frozen: ${why}` };
    expect(await run.lock()).toEqual(refusal);
    expect(await gate.start("main-c", offer(gate, candidateOf("c"))).admit()).toEqual(refusal);
  });

  test.each([[{ reason: "red", since: "2026-11-20T10:00:00Z" }], [{}], ["by hand"], [null]])(
    "takes an emergency, which ends the freeze that it met: %j",
    async (frozen) => {
      const gate = live({ item: { good: goodOf("a"), frozen } });
      const run = emergency(gate);
      await run.begin();
      expect(gate.environment()).toHaveProperty("frozen");
      await run.release(11);
      expect(gate.environment()).not.toHaveProperty("frozen");
    },
  );

  test.each([
    ["where there was none", undefined],
    ["in place of another", { reason: "red", since: "2026-11-20T10:00:00Z" }],
    ["by hand, in place of another by hand", "by ben"],
  ])("stays where it was frozen during the emergency, %s", async (_, met) => {
    const gate = live({ item: { good: goodOf("a"), ...(met === undefined ? {} : { frozen: met }) } });
    const run = emergency(gate);
    await run.begin();
    gate.change({ frozen: "by cem" });
    await run.release(11);
    expect(gate.environment()).toMatchObject({ frozen: "by cem", good: { commit: commitOf("f") } });
  });

  test.each([["by ben"], [{ since: "2026-11-20T10:00:00Z" }]])(
    "and where it was frozen in the very moment in which the emergency is recorded, in place of %j",
    async (met) => {
      const gate = live({ item: { good: goodOf("a"), frozen: met } });
      const run = emergency(gate);
      await run.begin();
      run.announce(11);
      const frozen = { reason: "red", since: "2026-11-23T10:00:00Z" };
      gate.aws.meanwhile.set("UpdateItem", () => gate.change({ frozen }));
      await expect(run.markGood(11)).rejects.toMatchObject({
        name: "LedgerChanged",
        message: "gate: the environment's item changed at the same time",
      });
      await run.markGood(11);
      expect(gate.environment()).toMatchObject({ frozen, good: { commit: commitOf("f") } });
    },
  );
});
