import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseOf } from "../../contract/execution.ts";
import { ending } from "../../rehearsal/stage.ts";
import { ledgerItem } from "../support/rehearse.ts";
import { entered, environmentItem, servedRelease } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

/** Each task on the way of a release to live, and how it ends when the task fails for good, or is done and never answers. */
const tasks = [
  ["Admit", "Unavailable", "Unavailable"],
  // The operators were asked; that the function never said so does not void their answer.
  ["Ask operators", "Unavailable", "Released"],
  ["Take lock", "Unavailable", "Unavailable"],
  ["Deploy", "Unavailable", "Released"],
  ["Check deployment", "RolledBack", "RolledBack"],
  ["Smoke", "RolledBack", "RolledBack"],
  ["Mark good", "RolledBack", "Released"],
  // Nobody can say how it ended: that is not known to be green.
  ["Close", "Unavailable", "Unavailable"],
] as const;
const cases = tasks.flatMap(([state, failing, unanswered]) => [
  { state, fault: "fails" as const, ends: failing },
  { state, fault: "unanswered" as const, ends: unanswered },
]);

describe("a task of live's release that breaks never promotes", () => {
  let stage: TroubledStage;
  beforeAll(async () => {
    stage = await troubledStage();
    stage.operator = "approve";
  });
  afterAll(() => stage.cloud.close());

  /** A redeploy of what live has, by a new release of the same commit. */
  const redeploy = async () => {
    await stage.clock.sleep(1_000);
    const run = await stage.promote("good-1");
    const { ended } = await ending(run);
    stage.world.faults.clear();
    return { run, ended };
  };

  test.each(cases)("$state $fault: $ends", async ({ state, fault, ends }) => {
    const before = await servedRelease(stage);
    stage.world.faults.set(`live ${state}`, fault);
    const { run, ended } = await redeploy();
    const { executionArn, name } = run.execution.identity;

    expect(entered(run, state)).toBe(true);
    expect(ended).toBe(ends);
    // A release whose end nobody could write is good all the same: it was recorded before.
    const isGood = ended === "Released" || state === "Close";
    const serving = await servedRelease(stage);
    expect(serving).toBe(isGood ? releaseOf(executionArn) : before);
    const { good, holder = null, frozen } = await environmentItem(stage, "live");
    expect(Object(good).release).toBe(serving);
    expect(frozen).toBeUndefined();
    if (isGood) {
      const approval = await ledgerItem(stage, "live", `approval#${name}`);
      expect(approval).toMatchObject({ decision: { M: { decision: { S: "approved" } } } });
      expect(run.history.some((event) => JSON.stringify(event).includes('\\"verdict\\":\\"green\\"'))).toBe(true);
    }
    // A lock that could not be released is a finished execution's: the next story here takes it over.
    const isLeft = state === "Close" && fault === "fails";
    expect(holder).toBe(isLeft ? executionArn : null);
    const record = await ledgerItem(stage, "live", `release#${executionArn}`);
    if (isLeft) expect(record).toBeUndefined();
    else expect(record).toMatchObject({ ended: { S: state === "Close" ? "Released" : ended } });
  });

  test("Smoke fails, and so does the smoke of what was restored: back all the same, and nothing is frozen", async () => {
    const before = await servedRelease(stage);
    stage.world.faults.set("live Smoke", "fails").set("live Smoke again", "fails");
    expect((await redeploy()).ended).toBe("RolledBack");
    expect(await servedRelease(stage)).toBe(before);
    expect(await environmentItem(stage, "live")).not.toHaveProperty("frozen");
  });
});
