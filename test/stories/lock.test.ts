import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { ledgerItem } from "../support/rehearse.ts";
import { answer, deployments, entered, environmentItem, offered, reaches, takeLock } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

describe("one deployment at a time", () => {
  let stage: TroubledStage;
  beforeEach(async () => {
    stage = await troubledStage();
  });
  afterEach(async () => {
    expect(overlaps(stage)).toEqual([]);
    await stage.cloud.close();
  });

  test("of several merges the newest goes next, and the older one that waits is superseded", async () => {
    const first = await stage.merge("good-2");
    await reaches(stage, first, "Deploy");
    const older = await stage.merge("slow-boot");
    await reaches(stage, older, "Wait");
    const newer = await stage.merge("orders-fail-under-traffic");

    expect((await ending(first)).ended).toBe("Released");
    const { name } = newer.execution.identity;
    expect(await ending(older)).toEqual({ ended: "Superseded", why: `${name}, a newer candidate, is waiting` });
    expect((await ending(newer)).ended).toBe("Released");
    expect(entered(older, "Deploy")).toBe(false);
  });

  test("a holder that was stopped half-way loses the lock to the next execution", async () => {
    const stopped = await stage.merge("good-2");
    await reaches(stage, stopped, "Wait for ECS");
    const { fence } = await environmentItem(stage, "dev");
    await stage.cloud.stepFunctions.stopExecution(stopped.execution.identity.executionArn);
    expect(await environmentItem(stage, "dev")).toHaveProperty("holder", stopped.execution.identity.executionArn);

    const next = await stage.merge("slow-boot");
    expect((await ending(next)).ended).toBe("Released");
    expect(await stage.serving("dev")).toBe(commitOf("slow-boot"));
    const item = await environmentItem(stage, "dev");
    expect(item.fence).toBe(Number(fence) + 1);
    expect(item).not.toHaveProperty("holder");
  });

  test("an execution whose lock was taken over while it was away touches nothing more", async () => {
    const slow = await stage.merge("good-2");
    await reaches(stage, slow, "Deploy");
    await reaches(stage, slow, "Wait for ECS");
    await takeLock(stage, "arn:aws:states:us-east-1:000000000000:execution:greengate-dev-release:another", "dev");
    expect((await ending(slow)).ended).toBe("Displaced");
    expect(await environmentItem(stage, "dev")).toMatchObject({ good: { commit: commitOf("good-1") } });
  });

  test("whoever lost the answer to its own lock takes it again", async () => {
    stage.world.faults.set("dev Take lock", "answer lost once");
    expect((await ending(await stage.merge("good-2"))).ended).toBe("Released");
    expect(stage.world.faults.size).toBe(0);
  });

  test("the wait for a holder that goes on and on is bounded, and ends Busy", async () => {
    const { live: waiting } = await offered(stage, "good-2");
    const { live: newer } = await offered(stage, "slow-boot");
    const holder = newer.execution.identity.executionArn;
    await takeLock(stage, holder, "live");
    const began = stage.clock.now();
    await answer(stage, waiting, "approve");
    expect(await ending(waiting)).toEqual({
      ended: "Busy",
      why: `${newer.execution.identity.name} holds the environment, and 60 minutes of waiting are over`,
    });
    expect(Math.round((stage.clock.now() - began) / 60_000)).toBeLessThanOrEqual(62);
    const record = `release#${waiting.execution.identity.executionArn}`;
    expect(await ledgerItem(stage, "live", record)).toMatchObject({ ended: { S: "Busy" } });
    expect(await environmentItem(stage, "live")).toHaveProperty("holder", holder);
  });

  test("two releases and an emergency at once never deploy at the same time", async () => {
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    const emergency = await stage.emergency("live", "slow-boot");
    const again = await stage.emergency("live", "good-1");
    const ends = await Promise.all([live, emergency, again].map(ending));
    expect(ends.map(({ ended }) => ended).filter((ended) => ended === "Released").length).toBeGreaterThanOrEqual(2);
    expect(deployments(stage).filter(({ serviceArn }) => serviceArn.includes("live")).length).toBeGreaterThanOrEqual(3);
  });
});

/** Deployments of one service that began before the one before was over, or that were given up for another. */
function overlaps(stage: TroubledStage): string[] {
  const byService = Map.groupBy(deployments(stage), ({ serviceArn }) => serviceArn);
  return [...byService.values()].flatMap((all) =>
    all.slice(1).flatMap((later, index) => {
      const { status, finishedAt = Number.POSITIVE_INFINITY, serviceDeploymentArn: arn } = all[index]!;
      return status === "STOPPED" || finishedAt > later.createdAt
        ? [`${arn} (${status}) and ${later.serviceDeploymentArn}`]
        : [];
    }),
  );
}
