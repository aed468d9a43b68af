import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { answer, deployments, environmentItem, linkTo, offered, reaches, tokenOf } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

describe("the operators' answer", () => {
  let stage: TroubledStage;
  beforeEach(async () => {
    stage = await troubledStage();
  });
  afterEach(() => stage.cloud.close());

  test("an unanswered question deploys nothing, and a late answer is none", async () => {
    const { live } = await offered(stage, "good-2");
    const asked = stage.clock.now();
    const before = deployments(stage).length;

    expect(await ending(live)).toEqual({ ended: "Expired", why: "nobody answered within 72 hours" });
    expect(Math.round((stage.clock.now() - asked) / 3_600_000)).toBe(72);
    expect(await postLate(stage, live)).toBe(410);
    await stage.clock.sleep(3_600_000);
    expect(deployments(stage)).toHaveLength(before);
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });

  test("approving the newer of two supersedes the older, and afterwards the older is refused by its age", async () => {
    const older = await offered(stage, "good-2");
    const newer = await offered(stage, "slow-boot");
    await answer(stage, newer.live, "approve");

    expect(await ending(older.live)).toEqual({
      ended: "Superseded",
      why: "a newer candidate was decided on by ana",
    });
    expect((await ending(newer.live)).ended).toBe("Released");
    expect(await ending(await stage.promote("good-2", older.dev))).toEqual({
      ended: "Superseded",
      why: expect.stringContaining(`2 is older than 3 of ${commitOf("slow-boot").slice(0, 7)}, which is good here`),
    });
  });

  test("rejecting the older one leaves the newer one to be answered", async () => {
    const older = await offered(stage, "good-2");
    const newer = await offered(stage, "slow-boot");
    await answer(stage, older.live, "reject");
    expect(await ending(older.live)).toEqual({ ended: "Rejected", why: "rejected by ana: as told" });
    await answer(stage, newer.live, "approve");
    expect((await ending(newer.live)).ended).toBe("Released");
  });

  test("what was approved for another base than live then has is not deployed", async () => {
    const older = await offered(stage, "good-2");
    const newer = await offered(stage, "slow-boot");
    await answer(stage, older.live, "approve");
    await reaches(stage, older.live, "Smoke");
    await answer(stage, newer.live, "approve");

    expect((await ending(older.live)).ended).toBe("Released");
    expect((await ending(newer.live)).ended).toBe("BaseChanged");
    expect(await stage.serving("live")).toBe(commitOf("good-2"));
  });

  test("a hotfix that came to live while the question was open is not undone by the answer", async () => {
    const { live } = await offered(stage, "good-2");
    expect((await ending(await stage.emergency("live", "slow-boot"))).ended).toBe("Released");
    expect(await answer(stage, live, "approve")).toBe(200);

    expect(await ending(live)).toEqual({
      ended: "WouldUndoHotfix",
      why: `candidate.history must contain the hotfix ${commitOf("slow-boot")}; if it was squashed, say so in contains`,
    });
    expect(await stage.serving("live")).toBe(commitOf("slow-boot"));
  });

  test("evidence that a red smoke on dev revoked while the question was open counts no more", async () => {
    const { live } = await offered(stage, "good-2");
    const before = deployments(stage).length;
    stage.world.behaves.set(imageOf("good-2"), "dark-red");
    expect((await ending(await stage.merge("good-2"))).ended).toBe("Refused");
    await answer(stage, live, "approve");

    expect(await ending(live)).toEqual({
      ended: "NoGreenEvidence",
      why: expect.stringContaining("a later smoke in the environment before was red: products.list fail"),
    });
    expect(deployments(stage)).toHaveLength(before + 1);
    expect(await environmentItem(stage, "live")).not.toHaveProperty("holder");
  });

  test("that somebody else gives with the task token is none, whatever it says", async () => {
    const { live } = await offered(stage, "good-2");
    const { good } = await environmentItem(stage, "live");
    const { taskDefinition: base } = Object(good);
    const output = JSON.stringify({ decision: "approved", by: "ana", at: "now", reason: "", base });
    await stage.cloud.stepFunctions.answerToken(await tokenOf(stage, live), { kind: "taskSucceeded", output });
    expect(await ending(live)).toEqual({
      ended: "Unavailable",
      why: "the question ended without an approver's decision: start the release again",
    });
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });
});

/** The form as a page that was opened in time would still send it. */
async function postLate(stage: TroubledStage, run: Run): Promise<number> {
  const { pathname: path, host, origin } = new URL(linkTo(stage, run));
  const { good } = await environmentItem(stage, "live");
  const form = {
    base: String(Object(good).taskDefinition),
    decision: "approve",
    commit: commitOf("good-2").slice(0, 7),
  };
  const headers = { host, origin, "content-type": "application/x-www-form-urlencoded" };
  const body = Buffer.from(new URLSearchParams(form).toString());
  return (await stage.cloud.site({ method: "POST", path, query: "", headers, body, sourceIp: "127.0.0.1" })).status;
}
