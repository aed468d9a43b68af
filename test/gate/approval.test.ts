import { describe, expect, test } from "vitest";
import type { Decision } from "../../contract/question.ts";
import { candidateOf, executionOf, goodOf, taskDefinitionOf } from "./support/builds.ts";
import { offer } from "./support/offer.ts";
import { live, type WorldArgs } from "./support/world.ts";

/** A release that the operators were asked about. */
async function ask(args: WorldArgs = {}) {
  const gate = live({ item: { good: goodOf("a") }, ...args });
  const run = gate.start("main-b", offer(gate, candidateOf("b")));
  expect(await run.admit()).toMatchObject({ next: "ask" });
  return { gate, run };
}

describe("under the lock the decision that is stored counts, not what woke the execution", () => {
  test("an approval", async () => {
    const { run } = await ask();
    run.decide({});
    expect(await run.lock()).toMatchObject({ next: "change", smoke: "enforce" });
  });

  test("an approval that was stored and never delivered, after the question's time is over", async () => {
    const { gate, run } = await ask();
    run.decide({});
    gate.later(72 * 60);
    expect(await run.lock("States.Timeout")).toMatchObject({ next: "change" });
  });

  const answers: [string, Partial<Decision> | undefined, string | undefined, string, string][] = [
    [
      "nothing, woken by somebody",
      undefined,
      undefined,
      "Unavailable",
      "the question ended without an approver's decision: start the release again",
    ],
    [
      "nothing, and the function failed",
      undefined,
      "AskFailed",
      "Unavailable",
      "the question ended without an approver's decision: start the release again",
    ],
    ["nothing in time", undefined, "States.Timeout", "Expired", "nobody answered within 72 hours"],
    [
      "a rejection",
      { decision: "rejected", reason: "not\non Friday" },
      undefined,
      "Rejected",
      "rejected by ana: not on Friday",
    ],
    [
      "a newer candidate's answer",
      { decision: "superseded" },
      undefined,
      "Superseded",
      "a newer candidate was decided on by ana",
    ],
    [
      "an approval by somebody who may no more",
      { by: "eve\u202e" },
      undefined,
      "Rejected",
      "approved by eve, who is not among the approvers (ana, ben)",
    ],
    [
      "an approval for another base",
      { base: taskDefinitionOf(9) },
      undefined,
      "BaseChanged",
      "what is good here changed since this release was approved: start the release again",
    ],
    [
      "an approval for no base",
      { base: "" },
      undefined,
      "BaseChanged",
      "what is good here changed since this release was approved: start the release again",
    ],
  ];
  test.each(answers)("%s", async (_, decision, error, ended, why) => {
    const { gate, run } = await ask();
    run.decide(decision);
    expect(await run.lock(error)).toEqual({ next: "close", ended, why });
    expect(gate.environment()).not.toHaveProperty("holder");
    await run.close();
    const record = gate.item(`release#${run.execution}`);
    expect(record).toMatchObject({ ended, ...(decision ? { decision } : {}) });
  });

  test("nothing by the time that the question ran out, whatever woke it", async () => {
    const { gate, run } = await ask();
    run.decide(undefined);
    gate.later(72 * 60);
    expect(await run.lock()).toMatchObject({ ended: "Expired" });
  });

  test("an approval for what was good, where something else is good now", async () => {
    const { gate, run } = await ask();
    run.decide({});
    gate.change({ good: goodOf("a", { taskDefinition: taskDefinitionOf(99) }) });
    expect(await run.lock()).toMatchObject({ ended: "BaseChanged" });
  });

  test("an approval of the first release, which replaces nothing", async () => {
    const { run } = await ask({ item: {} });
    run.decide({});
    expect(await run.lock()).toMatchObject({ next: "change" });
  });

  test.each([
    ["nothing that is stored", {}, "no question is stored"],
    [
      "the answer to an earlier start of the same name",
      { startedAt: "2026-08-01T10:00:00.000Z" },
      "no question is stored",
    ],
    [
      "the answer to an execution of the same name elsewhere",
      { execution: executionOf("dev-release", "main-b") },
      "AskFailed",
    ],
  ])("not %s", async (_, other, cause) => {
    const { gate, run } = await ask();
    if (Object.keys(other).length > 0) run.decide({}, other);
    const answer = await run.lock(cause === "AskFailed" ? cause : undefined);
    expect(answer).toEqual({ next: "close", ended: "Unavailable", why: `the operators could not be asked (${cause})` });
    await run.close();
    expect(gate.item(`release#${run.execution}`)).not.toHaveProperty("decision");
  });
});

describe("about one candidate the operators are asked once", () => {
  test("while a release of it is under way, and again when that is over", async () => {
    const { gate, run } = await ask();
    const again = gate.start("again", offer(gate, candidateOf("b")));
    expect(await again.admit()).toEqual({
      next: "close",
      ended: "Superseded",
      why: "main-b, which is under way, brings the same image of bbbbbbb",
    });
    expect(await gate.start("main-c", offer(gate, candidateOf("c"))).admit()).toMatchObject({ next: "ask" });
    run.end("ABORTED");
    expect(await again.admit()).toMatchObject({ next: "ask" });
  });

  test("and a release that lost its answer is asked about all the same", async () => {
    const { run } = await ask();
    expect(await run.admit()).toMatchObject({ next: "ask" });
  });

  test("of two at once one is told to try again, and then learns of the other", async () => {
    const gate = live({ item: { good: goodOf("a") } });
    const runs = ["one", "two"].map((name) => gate.start(name, offer(gate, candidateOf("b"))));
    const [one, two] = await Promise.allSettled(runs.map((run) => run.admit()));
    expect([one, two]).toMatchObject([
      { status: "fulfilled", value: { next: "ask" } },
      { status: "rejected", reason: { name: "LedgerChanged" } },
    ]);
    expect(await runs[1]?.admit()).toMatchObject({ ended: "Superseded" });
  });
});

describe("what the operators are shown", () => {
  test("is short, however much the pipeline handed over", async () => {
    const gate = live({ item: { good: goodOf("a", { message: "x".repeat(8_000) }) } });
    const candidate = candidateOf("b", {
      message: Array(900)
        .fill(`${"x".repeat(30)}\u202e😀`)
        .join("\n"),
      history: Array(200).fill("1".repeat(40)),
      changedPaths: { since: "a".repeat(40), paths: Array(500).fill("src/orders.ts") },
    });
    const answer = await gate.start("main-b", { ...offer(gate, candidate), requestedBy: "ci\nbot" }).admit();
    const { question } = Object(answer);
    expect(question.requestedBy).toBe("ci bot");
    expect(question.build.message.split("\n")).toHaveLength(41);
    expect(question.build).not.toHaveProperty("history");
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(16_384);
  });
});
