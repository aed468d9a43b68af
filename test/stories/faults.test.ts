import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ending } from "../../rehearsal/stage.ts";
import { ledgerItem } from "../support/rehearse.ts";
import { entered, environmentItem, servedRelease, takeLock } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

/** Each task on the way of a release to live, and how it ends when the task fails for good, or is done and never answers. */
const tasks = [
  ["Read ledger", "Held", "Held"],
  // The operators were asked; that the function never said so does not void their answer.
  ["Ask the operators", "Held", "Released"],
  ["Take lock", "Held", "Held"],
  ["Read ledger again", "Held", "Held"],
  ["Deploy", "DeployFailed", "DeployFailed"],
  ["Look", "RolledBack", "RolledBack"],
  ["Smoke", "RolledBack", "RolledBack"],
  ["Record good", "RolledBack", "Released"],
  ["Record", "Released", "Released"],
  ["Release lock", "Released", "Released"],
  ["Tell people", "Released", "Released"],
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
    return { run, ended, name: run.execution.identity.name };
  };

  test.each(cases)("$state $fault: $ends", async ({ state, fault, ends }) => {
    const before = await servedRelease(stage);
    stage.world.faults.set(`live ${state}`, fault);
    const { run, ended, name } = await redeploy();

    expect(entered(run, state)).toBe(true);
    expect(ended).toBe(ends);
    const serving = await servedRelease(stage);
    expect(serving).toBe(ended === "Released" ? name : before);
    const { good, holder = null } = await environmentItem(stage, "live");
    expect(Object(good).release).toBe(serving);
    if (ended === "Released") {
      const approval = await ledgerItem(stage, "live", `approval#${name}`);
      expect(approval).toMatchObject({ decision: { M: { decision: { S: "approved" } } } });
      expect(run.history.some((event) => JSON.stringify(event).includes('\\"verdict\\":\\"green\\"'))).toBe(true);
    }
    // Where the lock could not be released, it is a finished execution's: the next story here takes it over.
    const left = state === "Release lock" && fault === "fails";
    expect(holder).toBe(left ? run.execution.identity.executionArn : null);
    const record = await ledgerItem(stage, "live", `release#${name}`);
    if (state === "Record" && fault === "fails") expect(record).toBeUndefined();
    else expect(record).toMatchObject({ ended: { S: ended } });
  });

  test.each([
    ["Read holder", "Held"],
    // Whoever can't be asked after is taken to be alive.
    ["Look at holder", "Busy"],
  ] as const)("%s fails: %s", async (state, ends) => {
    const finished = stage.runs()[0]!.execution.identity.executionArn;
    await takeLock(stage, finished, "live");
    stage.world.faults.set(`live ${state}`, "fails");
    expect((await redeploy()).ended).toBe(ends);
    expect(await environmentItem(stage, "live")).toHaveProperty("holder", finished);
  });

  test("Read evidence fails: NoGreenEvidence", async () => {
    stage.world.faults.set("live Read evidence", "fails");
    const dev = await stage.merge("good-2");
    await ending(dev);
    expect(await ending(stage.offeredBy(dev)!)).toEqual({
      ended: "NoGreenEvidence",
      why: "no green release of this digest on dev: the execution named is Story.Outage",
    });
    stage.world.faults.clear();
  });

  test("Smoke fails, and so does the smoke of what was put back: frozen, with the old release in front of users", async () => {
    const before = await servedRelease(stage);
    stage.world.faults.set("live Smoke", "fails").set("live Smoke again", "fails");
    expect((await redeploy()).ended).toBe("RollbackFailed");
    expect(await servedRelease(stage)).toBe(before);
    expect(await environmentItem(stage, "live")).toHaveProperty("frozen");
  });
});
