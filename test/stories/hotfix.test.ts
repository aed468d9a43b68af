import { expect, test } from "vitest";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { answer, environmentItem, reaches } from "../support/telling.ts";
import { troubledStage } from "../support/world.ts";

test("a hotfix stays on live until a candidate contains it", async () => {
  const stage = await troubledStage();
  const hotfix = commitOf("slow-boot");
  expect((await ending(await stage.emergency("live", "slow-boot"))).ended).toBe("Released");
  expect(await environmentItem(stage, "live")).toMatchObject({
    mustContain: hotfix,
    good: { commit: hotfix, sequence: 1 },
    previous: { commit: commitOf("good-1") },
  });

  const dev = await stage.merge("good-2");
  await ending(dev);
  expect(await ending(stage.offeredBy(dev)!)).toEqual({
    ended: "WouldUndoHotfix",
    why: `candidate.history must contain the hotfix ${hotfix}; if it was squashed, say so in contains`,
  });

  const candidate = candidateOf("slow", 3, { contains: ["good-1", "slow-boot"] });
  const merged = await stage.start("dev", "release", { candidate, requestedBy: "ana" }, "with-the-hotfix");
  await ending(merged);
  const live = stage.offeredBy(merged)!;
  await reaches(stage, live, "Ask operators");
  await stage.clock.sleep(1_000);
  await answer(stage, live, "approve");
  expect((await ending(live)).ended).toBe("Released");
  const item = await environmentItem(stage, "live");
  expect(item).toMatchObject({ good: { commit: commitOf("slow"), sequence: 3 } });
  expect(item).not.toHaveProperty("mustContain");
  await stage.cloud.close();
});
