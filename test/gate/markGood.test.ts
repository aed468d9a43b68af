import { describe, expect, test } from "vitest";
import { candidateOf, commitOf, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { dev, type Gate, live } from "./support/world.ts";

const input = { candidate: candidateOf("b", { message: "Show the cost", pullRequest: 88 }), requestedBy: "github" };
const override = { reason: "checkout is down", incident: "INC-7" };
const red = { smoke: { verdict: "red", why: "orders.list\nanswered 503" } };

/** A merge of build `b` on dev, with the lock. */
async function begin(item: object = { good: goodOf("a") }) {
  const gate = dev({ item });
  const run = gate.start("main-b", input);
  await run.begin();
  return { gate, run };
}
async function beginEmergency(gate: Gate, smoke?: "advisory") {
  const candidate = candidateOf("f", { ref: "hotfix/#4711" });
  const emergency = { candidate, requestedBy: "ana", override: { ...override, ...(smoke ? { smoke } : {}) } };
  const run = gate.start("hotfix", emergency, { lane: "emergency" });
  await run.begin();
  return run;
}

describe("a release is good once", () => {
  test("it is announced under the lock, the hook admitted it and its smoke was green", async () => {
    const { gate, run } = await begin({ good: goodOf("a"), unproven: goodOf("f"), frozen: undefined });
    run.announce(12);
    gate.later(5);
    expect(await run.markGood(12)).toEqual({ why: "4 checks passed" });
    expect(gate.environment()).toMatchObject({
      good: {
        ...input.candidate,
        execution: run.execution,
        taskDefinition: taskDefinitionOf(12),
        release: "release/main-b",
        digest: input.candidate.image.split("@")[1],
        since: "2026-11-23T10:05:00.000Z",
        hotfix: false,
      },
      previous: goodOf("a"),
      holder: run.execution,
    });
    expect(gate.environment()).not.toHaveProperty("unproven");
  });

  test("and saying so again changes nothing, also when the lock is gone since", async () => {
    const { gate, run } = await begin();
    run.announce(12);
    await run.markGood(12);
    gate.change({ holder: "another", fence: 9 });
    const before = gate.environment();
    expect(await run.markGood(12, red)).toEqual({ why: "orders.list answered 503" });
    expect(gate.environment()).toEqual(before);
  });

  test("on live with what the operators were shown, whatever its own input says", async () => {
    const gate = live({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", offer(gate, input.candidate));
    await run.admit();
    run.decide({});
    await run.lock();
    run.announce(12);
    await run.markGood(12, { input: { candidate: candidateOf("e"), requestedBy: "eve" } });
    expect(gate.environment().good).toMatchObject(input.candidate);
  });
});

describe("it is not where", () => {
  const lockLost = (why: string) => ({ name: "LockLost", message: `gate: ${why}` });
  const notGood = (why: string) => ({ name: "NotGood", message: `gate: ${why}` });

  test("somebody else has the lock, or nobody, or the same under another fence", async () => {
    const { gate, run } = await begin();
    run.announce(12);
    gate.change({ holder: "arn:another" });
    await expect(run.markGood(12)).rejects.toMatchObject(lockLost("arn:another holds the lock now"));
    gate.change({ holder: undefined });
    await expect(run.markGood(12)).rejects.toMatchObject(lockLost("nobody holds the lock now"));
    gate.change({ holder: run.execution, fence: 2 });
    await expect(run.markGood(12, { fence: 1 })).rejects.toMatchObject({ name: "LockLost" });
    expect(gate.environment().good).toEqual(goodOf("a"));
  });

  test("somebody takes the lock in the same moment", async () => {
    const { gate, run } = await begin();
    run.announce(12);
    gate.aws.meanwhile.set("UpdateItem", () => gate.change({ holder: "arn:another", fence: 2 }));
    await expect(run.markGood(12, { fence: 1 })).rejects.toMatchObject({ name: "LedgerChanged" });
    await expect(run.markGood(12, { fence: 1 })).rejects.toMatchObject({ name: "LockLost" });
    expect(gate.environment().good).toEqual(goodOf("a"));
  });

  test("nothing is announced, something else is, or somebody else announced it", async () => {
    const { gate, run } = await begin();
    const [wanted, other] = [taskDefinitionOf(12), taskDefinitionOf(13)];
    await expect(run.markGood(12)).rejects.toMatchObject(notGood(`announced is nothing, not ${wanted}`));
    run.announce(13);
    await expect(run.markGood(12)).rejects.toMatchObject(notGood(`announced is ${other}, not ${wanted}`));
    run.announce(12);
    gate.change({ deploying: { ...gate.environment().deploying, execution: goodOf("a").execution } });
    await expect(run.markGood(12)).rejects.toMatchObject({ name: "NotGood" });
  });

  test.each([
    ["did not admit it", { admitted: false, verdict: "refused" as const }],
    ["admitted another release", { release: "release/main-a" }],
    ["admitted it without knowing which release it is", { release: undefined, verdict: "first" as const }],
  ])("ECS's hook %s", async (_, report) => {
    const { run } = await begin();
    run.announce(12, report);
    const why = `ECS's hook did not admit release/main-b in ${run.deployment}`;
    await expect(run.markGood(12)).rejects.toMatchObject(notGood(why));
  });

  test("the hook's report is of another deployment", async () => {
    const { run } = await begin();
    run.announce(12);
    const why = "ECS's hook did not admit release/main-b in arn:another-deployment";
    await expect(run.markGood(12, { deployment: "arn:another-deployment" })).rejects.toMatchObject(notGood(why));
  });

  test.each(["red", "error", "none"])("its last smoke was %s", async (verdict) => {
    const { gate, run } = await begin();
    run.announce(12);
    const smoke = { verdict, why: "orders.list answered 503" };
    await expect(run.markGood(12, { smoke })).rejects.toMatchObject(
      notGood(`the last smoke was ${verdict}: orders.list answered 503`),
    );
    expect(gate.environment().good).toEqual(goodOf("a"));
  });

  test("the hook was told to admit a red one, and no emergency asked for that", async () => {
    const { run } = await begin();
    run.announce(12, { verdict: "red", why: "products.list fail" }, "advisory");
    const why = "the admission smoke was red: products.list fail";
    await expect(run.markGood(12)).rejects.toMatchObject(notGood(why));
  });

  test("the execution was redriven", async () => {
    const { run } = await begin();
    run.announce(12);
    await expect(run.markGood(12, { redrives: 1 })).rejects.toMatchObject(notGood("the execution was redriven"));
  });
});

describe("what an emergency left running although its advisory smoke was not green", () => {
  test.each([
    ["its last smoke was red", {}, red],
    ["its admission smoke was red", { verdict: "red" as const }, {}],
  ])("is recorded, and is no place to go back to: %s", async (_, report, more) => {
    const gate = live({ item: { good: goodOf("b"), previous: goodOf("a"), frozen: "by hand" } });
    const run = await beginEmergency(gate, "advisory");
    run.announce(13, report, "advisory");
    await run.markGood(13, more);
    await run.markGood(13, more);
    expect(gate.environment()).toMatchObject({
      unproven: { commit: commitOf("f"), hotfix: true },
      good: goodOf("b"),
      previous: goodOf("a"),
      mustContain: commitOf("f"),
      frozen: "by hand",
    });
    expect((await run.close()).why).toMatch(/^advisory, and not recorded as good: /);
  });

  test("is good where it was green in the end", async () => {
    const gate = live({ item: { good: goodOf("b") } });
    const run = await beginEmergency(gate, "advisory");
    run.announce(13, {}, "advisory");
    await run.markGood(13);
    expect(gate.environment().good).toMatchObject({ commit: commitOf("f"), hotfix: true });
  });

  test("may not stay where the emergency didn't say so", async () => {
    const run = await beginEmergency(live({ item: { good: goodOf("b") } }));
    run.announce(13);
    await expect(run.markGood(13, red)).rejects.toMatchObject({ name: "NotGood" });
  });
});
