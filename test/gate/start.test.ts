import { describe, expect, test } from "vitest";
import { lanes } from "../../contract/execution.ts";
import { candidateOf, digestOfBuild, goodOf, registry } from "./support/builds.ts";
import { dev, live } from "./support/world.ts";

const candidate = candidateOf("b");
const requestedBy = "ana";
const override = { reason: "checkout is down", incident: "INC-7" };
const rollback = { reason: "orders are slow" };

describe("in every lane", () => {
  const inputs = {
    release: { candidate, requestedBy },
    emergency: { candidate, requestedBy, override },
    rollback: { requestedBy, rollback },
  };

  test.each(lanes)("a redriven %s goes nowhere, and changes nothing of how it ended", async (lane) => {
    const gate = dev({ item: { good: goodOf("a") } });
    const run = gate.start("again", inputs[lane], { lane, redrives: 1 });
    const refusal = {
      next: "close",
      ended: "InvalidInput",
      why: "a redriven execution releases nothing: start a new one",
    };
    expect(await run.admit()).toEqual(refusal);
    expect(await run.lock()).toEqual(refusal);
  });

  test.each(lanes)("a name that was used before can't be used again: %s", async (lane) => {
    const gate = dev({ item: { good: goodOf("a"), previous: goodOf("9") } });
    const input = lane === "rollback" ? { requestedBy, rollback } : inputs[lane];
    const first = gate.start("twice", { ...input, requestedBy: "" }, { lane });
    await first.admit();
    gate.aws.trouble.set("Publish", "InternalError");
    await first.close();
    gate.aws.trouble.clear();
    const record = gate.item(`release#${first.execution}`);
    gate.later(91 * 24 * 60);

    const second = gate.start("twice", input, { lane });
    const why = `the execution's name was used before, on ${first.startedAt}: start it under another`;
    expect(await second.admit()).toEqual({ next: "close", ended: "InvalidInput", why });
    expect(await second.close()).toMatchObject({ ended: "InvalidInput", why });
    expect(gate.item(`release#${first.execution}`)).toEqual(record);
    expect(gate.aws.messages).toHaveLength(1);
  });

  test.each(["release", "emergency"] as const)("no %s takes an image of a foreign registry", async (lane) => {
    const foreign = { ...candidate, image: `docker.io/evil/backdoor@${digestOfBuild("b")}` };
    const run = live().start("evil", { ...inputs[lane], candidate: foreign }, { lane });
    expect(await run.admit()).toEqual({
      next: "close",
      ended: "InvalidInput",
      why: `candidate.image must be of ${registry}, not of docker.io/evil/backdoor`,
    });
    expect(await run.lock()).toMatchObject({ ended: "InvalidInput" });
  });

  test("a registry that configuration names is as good as the environment's own", async () => {
    const gate = dev({ env: { REGISTRIES: `${registry}, ghcr.io/acme/shop` } });
    const other = { ...candidate, image: `ghcr.io/acme/shop@${digestOfBuild("b")}` };
    expect(await gate.start("main-b", { candidate: other, requestedBy }).admit()).toMatchObject({ next: "lock" });
  });
});

test("a call that isn't one is named, and nothing is done", async () => {
  await expect(dev().call({ action: "lock", lane: "release", now: "noon" })).rejects.toMatchObject({
    name: "InvalidCall",
    message: expect.stringMatching(/^gate: .*execution is missing: .*; .*now must be/),
  });
});
