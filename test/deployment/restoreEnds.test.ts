import { describe, expect, it } from "vitest";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { commit } from "../support/shop.ts";
import { release, startRelease, startRollback } from "./support/machine.ts";

const bakeFor = (world: World, minutes: number) =>
  world.changeService(({ deploymentConfiguration }) => {
    deploymentConfiguration.bakeTimeInMinutes = minutes;
  });

describe("restore gives up", () => {
  it("on a task definition that can't be deployed any more, and says what to do", () => {
    const world = deploymentWorld();
    const [good] = release(world, "a", "b");
    world.answer({ action: "DeregisterTaskDefinition", input: { taskDefinition: good?.taskDefinition } });
    expect(startRollback(world, good).restore()).toMatchObject({
      next: "smoke",
      restored: false,
      why: `${good?.taskDefinition} (${commit("a")}) is INACTIVE and can't be deployed: roll back to another commit`,
    });
    const unknown = { ...good!, taskDefinition: good!.taskDefinition.replace(/1$/, "99") };
    expect(startRollback(world, unknown).restore()).toMatchObject({
      restored: false,
      why: expect.stringContaining(
        "shop:99 (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) is unknown to ECS and can't be deployed",
      ),
    });
    expect(world.serves()).toBe("release/main-b");
  });

  it("after 30 minutes, with what ECS says", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    run.until("good");
    // The good release's image is gone.
    world.breakCommit(commit("a"));
    const since = world.now() - 20 * 60_000;
    const { end } = run.restore(null, since);
    expect(end()).toMatchObject({
      restored: false,
      why: expect.stringMatching(/^not back within 30 minutes: .*(is still under way|ECS runs .*shop:2)/),
    });
    expect((world.now() - since) / 60_000).toBeCloseTo(30, 0);
    expect(world.serves()).toBe("release/main-b");
  });

  it("after 30 minutes without a single task of the good release", () => {
    const world = deploymentWorld();
    const [good] = release(world, "a");
    world.breakCommit(commit("a"));
    const since = world.now();
    const { whys, end } = startRollback(world);
    expect(end()).toMatchObject({ restored: false });
    expect(whys).toContain(`no task of ${good?.taskDefinition} runs`);
    expect((world.now() - since) / 60_000).toBeCloseTo(30, 0);
    expect(world.made("UpdateService").length).toBeLessThan(5);
  });

  it("not while the good release bakes: users have it", () => {
    const world = deploymentWorld();
    const [good] = release(world, "a", "b");
    bakeFor(world, 29);
    const { restore, end } = startRollback(world, good);
    const since = world.now();
    while (world.now() - since < 30 * 60_000) world.pass(restore().seconds);
    expect(restore()).toMatchObject({
      next: "wait",
      seconds: 15,
      why: expect.stringContaining("BAKE_TIME IN_PROGRESS"),
    });
    expect(end().restored).toBe(true);
  });

  it("on what was stopped but never closed, where nothing was good yet", () => {
    const world = deploymentWorld();
    const run = startRelease(world, "a");
    run.until("smoke");
    world.fail(({ action }) =>
      action === "StopServiceDeployment" ? { name: "ConflictException", message: "busy" } : undefined,
    );
    bakeFor(world, 60);
    expect(run.restore().end).toThrow(
      expect.objectContaining({
        name: "NothingToRestore",
        message: expect.stringContaining("too far on to be stopped"),
      }),
    );
  });
});
