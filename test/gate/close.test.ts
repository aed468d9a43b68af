import { describe, expect, test } from "vitest";
import { AwsError } from "../../emulator/awsError.ts";
import { candidateOf, commitOf, digestOfBuild, executionOf, goodOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { type Back, green } from "./support/run.ts";
import { dev, type Gate, live, template } from "./support/world.ts";

const candidate = candidateOf("b");
const releases = "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-live-release";
const stuck: Back = { ...green, restored: false, why: "ECS does not answer", verdict: "unknown" };
const open = () => dev({ item: { good: goodOf("a") } });
/** A merge of build `b` that has the lock. */
async function begin(gate: Gate) {
  const run = gate.start("main-b", { candidate, requestedBy: "github\nbot" });
  await run.begin();
  return run;
}

describe("every execution leaves a record", () => {
  test("of what it was, how it ended and what was good before", async () => {
    const gate = open();
    const run = await begin(gate);
    gate.later(9);
    await run.release(12);
    expect(gate.item(`release#${run.execution}`)).toEqual({
      id: `release#${run.execution}`,
      ended: "Released",
      why: "4 checks passed",
      build: candidate,
      requestedBy: "github bot",
      startedAt: "2026-11-23T10:00:00.000Z",
      endedAt: "2026-11-23T10:09:00.000Z",
      before: commitOf("a"),
      told: true,
    });
  });

  test("of what the operators were shown and decided, on live", async () => {
    const gate = live({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", offer(gate, candidate));
    await run.admit();
    run.decide({});
    await run.lock();
    await run.release(12);
    expect(gate.item(`release#${run.execution}`)).toMatchObject({ build: candidate, decision: { by: "ana" } });
    expect(gate.aws.offers).toEqual([]);
  });

  test.each([["text"], [null], [[]], [{ requestedBy: { toString: 1 }, contains: "x".repeat(70_000) }]])(
    "though its input is %j",
    async (input) => {
      const gate = live();
      const run = gate.start("broken", input);
      await run.admit();
      const end = await run.close();
      expect(end).toMatchObject({ ended: "InvalidInput", commit: "", digest: "", release: "release/broken" });
      const record = gate.item(`release#${run.execution}`);
      expect(record).toMatchObject({ ended: "InvalidInput", requestedBy: "" });
      expect(record).not.toHaveProperty("contains");
    },
  );

  test("that is written once: whoever lost the answer gets the same again", async () => {
    const gate = open();
    const run = await begin(gate);
    const end = await run.release(12);
    const [record, environment] = [gate.item(`release#${run.execution}`), gate.environment()];
    gate.later(1);
    expect(await run.close()).toEqual(end);
    expect(await run.close({ failure: { Error: "RedSmoke", Cause: "it broke" }, restored: green })).toEqual(end);
    expect([gate.item(`release#${run.execution}`), gate.environment()]).toEqual([record, environment]);
    expect(gate.aws.messages).toHaveLength(1);
  });

  test("also by two calls at once", async () => {
    const gate = open();
    const run = await begin(gate);
    run.announce(12);
    const ends = await Promise.all([
      run.close({ failure: { Error: "Unhealthy", Cause: "2 tasks died" }, restored: green }),
      run.close({ failure: { Error: "TooSlow", Cause: "it took too long" }, restored: green }),
    ]);
    expect(ends[0]).toEqual(ends[1]);
    expect(gate.item(`release#${run.execution}`)).toMatchObject({ why: ends[0]?.why });
  });

  test("what could not be written is left to the next call", async () => {
    const gate = open();
    const run = await begin(gate);
    run.announce(12);
    const red = { failure: { Error: "RedSmoke", Cause: "orders.list answered 503" }, restored: green };
    gate.aws.trouble.set("PutItem", "ThrottlingException");
    await expect(run.close(red)).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(gate.environment().holder).toBe(run.execution);
    gate.aws.trouble.clear();
    expect(await run.close(red)).toMatchObject({ ended: "RolledBack" });
    expect(gate.item(`quarantine#${digestOfBuild("b")}`)?.[template]).toMatchObject({ by: "smoke" });
  });
});

describe("the lock", () => {
  test("is free, and nothing announced, where it was still this execution's", async () => {
    const gate = open();
    await (await begin(gate)).release(12);
    for (const attribute of ["holder", "heldSince", "deploying"])
      expect(gate.environment()).not.toHaveProperty(attribute);
  });

  test("stays with whoever took it over", async () => {
    const gate = open();
    const run = await begin(gate);
    run.announce(12);
    const other = { holder: executionOf("dev-emergency", "hotfix"), deploying: gate.environment().deploying };
    gate.change(other);
    await run.close({ failure: { Error: "Stopped", Cause: "" } });
    expect(gate.environment()).toMatchObject(other);
  });
});

describe("a freeze that can't be written", () => {
  test("is told, and keeps nothing else from being done", async () => {
    const gate = open();
    const run = await begin(gate);
    run.announce(12);
    gate.aws.meanwhile.set("UpdateItem", () => {
      throw new AwsError("AccessDeniedException", "as the test has it");
    });
    const why =
      "2 tasks died; and not restored: ECS does not answer; and the environment could NOT be frozen (AccessDeniedException): start no release here";
    const failure = { Error: "Unhealthy", Cause: "2 tasks died" };
    expect(await run.close({ failure, restored: stuck })).toMatchObject({ ended: "RollbackFailed", why });
    expect(gate.environment()).not.toHaveProperty("holder");
    expect(gate.aws.messages.at(-1)?.body).toContain(why);
  });
});

describe("what dev released is offered to live", () => {
  test("under the same name, with itself as evidence, and once more where the answer was lost", async () => {
    const gate = open();
    const run = await begin(gate);
    expect((await run.release(12)).why).toBe("4 checks passed; offered onwards");
    const input = { candidate, requestedBy: "github\nbot", evidence: { executionArn: run.execution } };
    expect(gate.aws.offers).toEqual([{ machine: releases, name: "main-b", input }]);
    gate.aws.trouble.set("StartExecution", "ExecutionAlreadyExists");
    expect((await run.close()).why).toBe("4 checks passed; offered onwards");
  });

  test("an offer that fails leaves it Released, and says so to everybody", async () => {
    const gate = open();
    const run = await begin(gate);
    gate.aws.trouble.set("StartExecution", "StateMachineDoesNotExist");
    const why = `4 checks passed; NOT offered onwards (StateMachineDoesNotExist): start shop-live-release with this candidate and ${run.execution} as evidence`;
    expect(await run.release(12)).toMatchObject({ ended: "Released", why });
    expect(gate.aws.messages.at(-1)?.body).toContain(why);
    expect(gate.environment().good).toMatchObject({ commit: commitOf("b") });
  });

  test("nothing else is", async () => {
    const gate = open();
    const override = { reason: "checkout is down", incident: "INC-7" };
    const input = { candidate: candidateOf("f"), requestedBy: "ana", override };
    const emergency = gate.start("hotfix", input, { lane: "emergency" });
    await emergency.begin();
    expect(await emergency.release(11)).toMatchObject({ ended: "Released", why: "4 checks passed" });
    const red = await begin(gate);
    red.announce(12);
    await red.close({ failure: { Error: "RedSmoke", Cause: "it broke" }, restored: green });
    expect(gate.aws.offers).toEqual([]);
  });
});
