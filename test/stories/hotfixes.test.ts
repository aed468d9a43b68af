import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { asked, inputOf, mailsAbout, pageOf, recordOf } from "../support/storyAttack.ts";
import { answer, environmentItem } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

const hotfix = commitOf("slow-boot");

describe("live runs a hotfix that came by emergency", () => {
  let stage: TroubledStage;
  let candidate: ReturnType<typeof inputOf>["candidate"];
  beforeEach(async () => {
    stage = await troubledStage();
    const emergency = await stage.emergency("live", "slow-boot");
    expect((await ending(emergency)).ended).toBe("Released");
    ({ candidate } = inputOf(emergency));
  });
  afterEach(() => stage.cloud.close());

  test("redeploying it loses nothing that is known of it: main without it is still refused", async () => {
    const redeploy = await asked(stage, { candidate, requestedBy: "ana" }, "redeploy");
    await answer(stage, redeploy, "approve");
    expect(await ending(redeploy)).toEqual({ ended: "Released", why: "4 checks passed" });
    expect(await environmentItem(stage, "live")).toMatchObject({
      mustContain: hotfix,
      good: { commit: hotfix, hotfix: true, sequence: 1, execution: redeploy.execution.identity.executionArn },
    });

    const dev = await stage.merge("good-2");
    await ending(dev);
    expect((await ending(stage.offeredBy(dev)!)).ended).toBe("WouldUndoHotfix");
    expect(await stage.serving("live")).toBe(hotfix);
  });

  test("squashed into main it is contained where a person says so, and everybody sees that nobody else does", async () => {
    const dev = await stage.merge("good-2");
    await ending(dev);
    const offer = stage.offeredBy(dev)!;
    expect((await ending(offer)).ended).toBe("WouldUndoHotfix");

    const contains = { hotfix, reason: "squashed in #12" };
    const live = await asked(stage, { ...inputOf(offer), contains }, "with-a-word");
    const words = "only the requester says so: squashed in #12";
    expect(mailsAbout(stage, live)[0]?.message).toContain(`Hotfix    contains ${hotfix}: ${words}`);
    expect(await pageOf(stage, live)).toContain(words);

    await answer(stage, live, "approve");
    expect((await ending(live)).ended).toBe("Released");
    expect(await stage.serving("live")).toBe(commitOf("good-2"));
    expect(await recordOf(stage, "live", live)).toMatchObject({ ended: "Released", contains, decision: { by: "ana" } });
    expect(await environmentItem(stage, "live")).not.toHaveProperty("mustContain");
  });

  test("a word about another commit is none", async () => {
    const dev = await stage.merge("good-2");
    await ending(dev);
    const contains = { hotfix: commitOf("good-1"), reason: "squashed in #12" };
    const input = { ...inputOf(stage.offeredBy(dev)!), contains };
    expect((await ending(await stage.start("live", "release", input, "another"))).ended).toBe("WouldUndoHotfix");
  });

  test("its commit in the starter's own copy of the history is no proof: the evidence's candidate counts", async () => {
    const dev = await stage.merge("good-2");
    await ending(dev);
    const input = inputOf(stage.offeredBy(dev)!);
    const history = [...(input.candidate.history ?? []), hotfix];
    const forged = { ...input, candidate: { ...input.candidate, history } };
    expect(await ending(await stage.start("live", "release", forged, "forged"))).toEqual({
      ended: "InvalidInput",
      why: `candidate differs from the one in the input of ${dev.execution.identity.name}: send that one`,
    });
    expect(await stage.serving("live")).toBe(hotfix);
  });

  test("nor is it in a redeploy of what was good before it, which is no redeploy any more", async () => {
    const history = [commitOf("good-1"), hotfix];
    const old = { ...candidateOf("good-1", 1), history };
    const end = await ending(await stage.start("live", "release", { candidate: old, requestedBy: "eve" }, "old"));
    expect(end.ended).toBe("NoGreenEvidence");
    expect(await stage.serving("live")).toBe(hotfix);
  });
});
