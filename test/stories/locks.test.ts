import { afterEach, describe, expect, test } from "vitest";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { tamper } from "../support/storyAttack.ts";
import { answer, environmentItem, offered, reaches, shoppers } from "../support/telling.ts";
import { openTroubledStage, type TroubledStage, troubledStage } from "../support/world.ts";

let stage: TroubledStage;
afterEach(() => stage.cloud.close());

test("a holder whose history is gone holds the environment for five minutes and no longer", async () => {
  stage = await troubledStage();
  const [{ execution }] = stage.runs() as [ReturnType<TroubledStage["runs"]>[number]];
  const holder = execution.identity.executionArn.replace(/[^:]+$/, "gone-for-90-days");
  const heldSince = new Date(stage.clock.now()).toISOString();
  await tamper(stage, "dev", { holder, heldSince });
  const began = stage.clock.now();
  const run = await stage.merge("good-2");
  await reaches(stage, run, "Deploy");
  expect(stage.clock.now() - began).toBeGreaterThan(5 * 60_000);
  expect(stage.clock.now() - began).toBeLessThan(6 * 60_000);
  expect((await ending(run)).ended).toBe("Released");
  expect(await stage.serving("dev")).toBe(commitOf("good-2"));
  expect(await environmentItem(stage, "dev")).not.toHaveProperty("holder");
});

test("the newest candidate that waits supersedes nobody once it was stopped", async () => {
  stage = await troubledStage();
  const first = await stage.merge("good-2");
  await reaches(stage, first, "Deploy");
  const older = await stage.merge("slow-boot");
  await reaches(stage, older, "Wait");
  const newest = await stage.merge("orders-fail-under-traffic");
  await reaches(stage, newest, "Wait");
  const { executionArn } = newest.execution.identity;
  expect(await environmentItem(stage, "dev")).toMatchObject({ next: { execution: executionArn, sequence: 4 } });
  await stage.cloud.stepFunctions.stopExecution(executionArn);

  expect((await ending(first)).ended).toBe("Released");
  expect((await ending(older)).ended).toBe("Released");
  expect(await stage.serving("dev")).toBe(commitOf("slow-boot"));
});

describe("the very first release is red", () => {
  const wayOut = /; nothing was good here before, so it still serves: merge a fix, the next release goes ahead$/;

  test("on dev under traffic, then on live: each time it can't be taken back, says so, and the next goes ahead", async () => {
    stage = await openTroubledStage();
    const first = await ending(await stage.merge("red"));
    expect(first).toEqual({ ended: "RollbackFailed", why: expect.stringMatching(wayOut) });
    expect(await stage.serving("dev")).toBe(commitOf("red"));

    const red = await offered(stage, "orders-fail-under-traffic");
    const stop = shoppers(stage);
    await answer(stage, red.live, "approve");
    const { ended, why } = await ending(red.live);
    stop();
    expect([ended, why]).toEqual(["RollbackFailed", expect.stringMatching(wayOut)]);
    const left = await environmentItem(stage, "live");
    for (const field of ["good", "frozen", "holder", "deploying"]) expect(left).not.toHaveProperty(field);
    expect(stage.cloud.mails.at(-1)?.message).toContain("merge a fix, the next release goes ahead");

    const mended = await offered(stage, "good-1");
    await answer(stage, mended.live, "approve");
    expect((await ending(mended.live)).ended).toBe("Released");
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).toMatchObject({
      good: { commit: commitOf("good-1") },
      previous: null,
    });
  });
});
