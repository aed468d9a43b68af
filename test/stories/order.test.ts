import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Candidate } from "../../contract/candidate.ts";
import { releaseOf } from "../../contract/execution.ts";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { decide, inputOf, pageOf, recordOf } from "../support/storyAttack.ts";
import { environmentItem, reaches } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

let stage: TroubledStage;
beforeEach(async () => {
  stage = await troubledStage();
});
afterEach(() => stage.cloud.close());

const requestedBy = "ana";
const override = { reason: "checkout is down", incident: "INC-7" };
const onDev = async (candidate: Candidate, name: string) =>
  ending(await stage.start("dev", "release", { candidate, requestedBy }, name));

/** A candidate all the way to live; the execution on live. */
async function toLive(candidate: Candidate, name: string): Promise<Run> {
  const dev = await stage.start("dev", "release", { candidate, requestedBy }, name);
  expect((await ending(dev)).ended).toBe("Released");
  const live = stage.offeredBy(dev)!;
  await reaches(stage, live, "Ask operators");
  await stage.clock.sleep(1_000);
  expect(await decide(stage, live)).toBe(200);
  expect((await ending(live)).ended).toBe("Released");
  expect(await stage.serving("live")).toBe(candidate.commit);
  return live;
}

describe("the order of candidates", () => {
  test("one count for two commits is a shallow checkout, and the message says how to mend it", async () => {
    expect(await onDev(candidateOf("good-2", 1), "shallow")).toEqual({
      ended: "InvalidInput",
      why: `candidate.sequence 1 is also that of ${commitOf("good-1").slice(0, 7)}, another commit that is good here: check the repository out with fetch-depth: 0`,
    });
    expect(await stage.serving("dev")).toBe(commitOf("good-1"));
  });

  test("but not where a hotfix is good, which counts by its own branch", async () => {
    const hotfix = { candidate: candidateOf("slow-boot", 9, { ref: "hotfix" }), requestedBy, override };
    expect((await ending(await stage.start("dev", "emergency", hotfix, "hotfix"))).ended).toBe("Released");
    expect(await environmentItem(stage, "dev")).toMatchObject({ good: { sequence: 1, hotfix: true } });
    expect((await onDev(candidateOf("good-2", 1), "main")).ended).toBe("Released");
  });

  test("a count that fell with rewritten history: the message names the way out, and it works", async () => {
    expect((await onDev(candidateOf("good-2", 500), "before")).ended).toBe("Released");
    const rewritten = candidateOf("slow-boot", 20);
    expect(await onDev(rewritten, "after")).toEqual({
      ended: "Superseded",
      why: `candidate.sequence 20 is older than 500 of ${commitOf("good-2").slice(0, 7)}, which is good here; if history was rewritten, deploy it once with the emergency machine, which counts anew`,
    });
    const once = { candidate: rewritten, requestedBy, override };
    expect((await ending(await stage.start("dev", "emergency", once, "once"))).ended).toBe("Released");
    expect(await environmentItem(stage, "dev")).toMatchObject({ good: { commit: rewritten.commit, sequence: 20 } });
    expect((await onDev(candidateOf("orders-fail-under-traffic", 21), "next")).ended).toBe("Released");
  });

  test("on live the way out leaves the rewritten commit to be contained, which the next candidate of main does", async () => {
    await toLive(candidateOf("good-2", 500), "before");
    const once = { candidate: candidateOf("slow-boot", 20), requestedBy, override };
    for (const environment of ["dev", "live"] as const)
      expect((await ending(await stage.start(environment, "emergency", once, "once"))).ended).toBe("Released");
    await toLive(candidateOf("orders-fail-under-traffic", 21, { contains: ["slow-boot"] }), "next");
    expect(await environmentItem(stage, "live")).not.toHaveProperty("mustContain");
  });
});

describe("one name in two lanes", () => {
  test("is two releases, each with its own record", async () => {
    const release = await toLive(candidateOf("good-2", 2), "x");
    const once = { candidate: candidateOf("slow-boot", 3), requestedBy, override };
    const emergency = await stage.start("live", "emergency", once, "x");
    expect((await ending(emergency)).ended).toBe("Released");

    expect(await recordOf(stage, "live", release)).toMatchObject({
      build: { commit: commitOf("good-2") },
      decision: { by: "ana" },
    });
    const record = await recordOf(stage, "live", emergency);
    expect(record).toMatchObject({ ended: "Released", build: { commit: commitOf("slow-boot") } });
    expect(record).not.toHaveProperty("decision");
    expect(await environmentItem(stage, "live")).toMatchObject({
      good: { release: "emergency/x", commit: commitOf("slow-boot") },
      previous: { release: "release/x", commit: commitOf("good-2") },
    });
  });

  test("lends nobody the other's verdict", async () => {
    expect((await onDev(candidateOf("good-2", 2), "x")).ended).toBe("Released");
    const once = { candidate: candidateOf("dark-red", 3), requestedBy, override };
    const emergency = await stage.start("dev", "emergency", once, "x");
    expect((await ending(emergency)).ended).toBe("Refused");
    expect(await recordOf(stage, "dev", emergency)).toMatchObject({ ended: "Refused" });
    expect(await environmentItem(stage, "dev")).toMatchObject({ good: { release: "release/x" } });
    expect(await stage.serving("dev")).toBe(commitOf("good-2"));
  });
});

describe("what a pipeline may hand over goes through to live", () => {
  test.each([
    ["hotfix/#4711", "hotfix-4711.1"],
    ["größe", "größe.2"],
    ["1.2+fix", "1.2+fix"],
  ])("the ref %s, in an execution named %s", async (ref, name) => {
    const live = await toLive({ ...candidateOf("good-2", 2), ref }, name);
    const release = releaseOf(live.execution.identity.executionArn);
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { ref, release } });
    expect(await pageOf(stage, live)).toContain(`<dd>${ref}</dd>`);
  });

  const message = Array.from({ length: 900 }, (_, line) => `line ${line} of what changed 👩‍👩‍👧‍👦`).join("\n");
  const history = ["good-2", "good-1", ...Array.from({ length: 198 }, (_, index) => `old-${index}`)].map(commitOf);
  const pathsOf = (count: number) => Array.from({ length: count }, (_, index) => `src/part-${index}/it.ts`);
  const largest = (count: number): Candidate => ({
    ...candidateOf("good-2", 2),
    message,
    history,
    changedPaths: { since: commitOf("good-1"), paths: pathsOf(count) },
  });
  /** The changed paths with which the smoke was called. */
  const smokedPaths = (run: Run): unknown => {
    const scheduled = run.history.map(({ taskScheduledEventDetails }) =>
      String(taskScheduledEventDetails?.parameters ?? ""),
    );
    const smoke = scheduled.find((parameters) => parameters.includes('"smokedAt"') && parameters.includes('"release"'));
    return JSON.parse(smoke ?? "{}").Payload?.changedPaths;
  };

  test("all of it at its limits: 200 commits, 500 paths, 900 lines with emoji", async () => {
    const live = await toLive(largest(500), "largest");
    expect(smokedPaths(live)).toEqual({ since: commitOf("good-1"), paths: pathsOf(500) });
    const { build } = await recordOf(stage, "live", live);
    const lines = String(Object(build).message).split("\n");
    expect([lines.length, lines.at(-1)]).toEqual([41, "… (860 more)"]);
  });

  test("501 paths: everything is checked", async () => {
    const live = await toLive(largest(501), "many-paths");
    expect(smokedPaths(live)).toBe(null);
  });

  test("what is longer in all is refused by one rule, which says how long it is", async () => {
    const candidate = { ...largest(500), message: message.repeat(2) };
    const run = await stage.start("dev", "release", { candidate, requestedBy }, "too-long");
    expect(await ending(run)).toEqual({
      ended: "InvalidInput",
      why: `the execution's input must be at most 65536 characters, not ${run.execution.input.length}`,
    });
    expect(inputOf(run).candidate.message?.length).toBeGreaterThan(65_536);
    expect(await recordOf(stage, "dev", run)).toMatchObject({ ended: "InvalidInput", requestedBy });
  });
});
