import { describe, expect, test } from "vitest";
import type { Lane } from "../../contract/execution.ts";
import { candidateOf, commitOf, executionOf, goodOf } from "./support/builds.ts";
import { dev, type Gate, live } from "./support/world.ts";

const inputs = {
  release: { candidate: candidateOf("b"), requestedBy: "github" },
  emergency: {
    candidate: candidateOf("f"),
    requestedBy: "ana",
    override: { reason: "checkout is down", incident: "INC-7" },
  },
  rollback: { requestedBy: "ana", rollback: { reason: "slow" } },
};
const open = (more: object = {}) => dev({ item: { good: goodOf("a"), previous: goodOf("9"), ...more } });
const start = (gate: Gate, lane: Lane, name: string = lane) => gate.start(name, inputs[lane], { lane });
/** An execution of this lane that has the lock. */
async function hold(gate: Gate, lane: Lane) {
  const run = start(gate, lane, `${lane}-1`);
  await run.begin();
  return run;
}

describe("the lock", () => {
  test("is taken, and what is to be done stands in the answer", async () => {
    const gate = open();
    const run = start(gate, "release");
    expect(await run.begin()).toEqual({
      next: "change",
      why: "the lock is held",
      fence: 1,
      lockedAt: gate.now(),
      frozenSince: null,
      candidate: { image: inputs.release.candidate.image, commit: commitOf("b"), changedPaths: null },
      release: "release/release",
      smoke: "enforce",
      target: null,
    });
    const heldSince = new Date(gate.now()).toISOString();
    expect(gate.environment()).toMatchObject({ holder: run.execution, heldSince, fence: 1 });
  });

  test("is taken again by whoever lost the answer, under the same fence", async () => {
    const gate = open();
    const run = await hold(gate, "release");
    gate.later(1);
    expect(await run.lock()).toMatchObject({ next: "change", fence: 1 });
  });

  test("is taken over from a holder that is over, whatever it was", async () => {
    for (const lane of ["release", "emergency", "rollback"] as const) {
      const gate = open();
      (await hold(gate, lane)).end("ABORTED");
      expect(await start(gate, "release").begin()).toMatchObject({ next: "change", fence: 2 });
    }
  });

  test.each([["2026-11-23T09:56:00Z"], [undefined]])(
    "is taken over from a holder whose history is gone after five minutes, held since %s",
    async (heldSince) => {
      const gate = open({ holder: executionOf("dev-release", "gone"), ...(heldSince ? { heldSince } : {}) });
      const run = start(gate, "release");
      await run.admit();
      if (heldSince) {
        expect(await run.lock()).toMatchObject({ next: "wait", why: "gone holds the environment" });
        gate.later(1.1);
      }
      expect(await run.lock()).toMatchObject({ next: "change" });
    },
  );

  const takeovers: [Lane, Lane, "takes over from" | "waits for"][] = [
    ["release", "release", "waits for"],
    ["release", "emergency", "waits for"],
    ["release", "rollback", "waits for"],
    ["emergency", "release", "takes over from"],
    ["emergency", "emergency", "waits for"],
    ["emergency", "rollback", "waits for"],
    ["rollback", "release", "takes over from"],
    ["rollback", "emergency", "takes over from"],
    ["rollback", "rollback", "waits for"],
  ];
  test.each(takeovers)("where a %s meets a %s that runs, it %s it", async (lane, holding, what) => {
    const gate = open();
    const holder = await hold(gate, holding);
    const run = start(gate, lane);
    await run.admit();
    const answer = await run.lock();
    const { fence, holder: now } = gate.environment();
    if (what === "waits for") {
      expect(answer).toEqual({
        next: "wait",
        after: "lock again",
        seconds: 5,
        why: `${holding}-1 holds the environment`,
      });
      expect([fence, now]).toEqual([1, holder.execution]);
    } else {
      expect(answer).toMatchObject({ next: lane === "rollback" ? "restore" : "change", fence: 2 });
      expect([fence, now]).toEqual([2, run.execution]);
    }
  });

  test("is taken over by a rollback at once, also from a holder that can't be seen yet", async () => {
    const gate = open({ holder: executionOf("dev-release", "new"), heldSince: "2026-11-23T09:59:59Z" });
    expect(await start(gate, "rollback").begin()).toMatchObject({ next: "restore", target: goodOf("a") });
  });

  test("is waited for ever more rarely, and no longer than is configured", async () => {
    const gate = open();
    await hold(gate, "emergency");
    const run = start(gate, "release");
    await run.admit();
    const seconds: unknown[] = [];
    for (const minutes of [0, 1, 9, 19.9]) {
      gate.later(minutes);
      seconds.push(Object(await run.lock()).seconds);
    }
    expect(seconds).toEqual([5, 5, 30, 90]);
    gate.later(0.1);
    expect(await run.lock()).toEqual({
      next: "close",
      ended: "Busy",
      why: "emergency-1 holds the environment, and 30 minutes of waiting are over",
    });
  });

  test("of two at once exactly one gets, and the fence grows by one", async () => {
    const gate = open();
    const runs = [start(gate, "emergency", "one"), start(gate, "emergency", "two")];
    await Promise.all(runs.map((run) => run.admit()));
    const answers = await Promise.all(runs.map((run) => run.lock()));
    expect(answers.map(({ next }) => next).toSorted()).toEqual(["change", "wait"]);
    expect(answers.find(({ next }) => next === "wait")).toMatchObject({ why: "another execution was faster" });
    expect(gate.environment().fence).toBe(1);
  });

  test("that was taken and freed again since it was read is read anew", async () => {
    const gate = open();
    const run = start(gate, "release");
    await run.admit();
    gate.aws.meanwhile.set("UpdateItem", () => gate.change({ fence: 1 }));
    expect(await run.lock()).toMatchObject({ next: "wait", seconds: 5 });
    expect(await run.lock()).toMatchObject({ next: "change", fence: 2 });
  });

  test.each([
    ["emergency", "Displaced", "emergency emergency took over"],
    ["rollback", "Stopped", "an operator's rollback, rollback, took over"],
  ] as const)("that an %s took over in the same moment is lost: it ends %s", async (lane, ended, why) => {
    const gate = open();
    const run = start(gate, "release");
    const other = start(gate, lane);
    await run.admit();
    await other.admit();
    gate.aws.meanwhile.set("UpdateItem", () => gate.aws.meanwhile.set("GetItem", () => other.lock()));
    expect(await run.lock()).toEqual({ next: "close", ended, why });
    expect(gate.environment().holder).toBe(other.execution);
  });

  test("is not kept by a release that something speaks against once it has it", async () => {
    const gate = open();
    const run = start(gate, "release");
    await run.admit();
    gate.aws.meanwhile.set("UpdateItem", () => gate.change({ frozen: "by hand" }));
    expect(await run.lock()).toMatchObject({ ended: "Frozen" });
    expect(gate.environment().holder).toBe(run.execution);
    await run.close();
    expect(gate.environment()).not.toHaveProperty("holder");
  });
});

test("an emergency carries its rule for smokes to whoever deploys", async () => {
  const gate = live({ item: { good: goodOf("a") } });
  const override = { ...inputs.emergency.override, smoke: "advisory" };
  const run = gate.start("hotfix", { ...inputs.emergency, override }, { lane: "emergency" });
  expect(await run.begin()).toMatchObject({ smoke: "advisory", release: "emergency/hotfix" });
});
