import { describe, expect, it } from "vitest";
import type { Good } from "../../stateMachine/ledger.ts";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { commit, deploying, good, lock } from "../support/shop.ts";

/** These builds were released one after the other; the last one still runs. Answers their task definitions. */
function released(...builds: string[]): { world: World; goods: Good[] } {
  const world = deploymentWorld();
  world.write({ id: "environment", ...lock });
  const goods = builds.map((build) => {
    const { taskDefinition } = world.run(deploying(build));
    world.lookUntil(taskDefinition, "finished");
    return good(build, taskDefinition);
  });
  return { world, goods };
}

/** Calls restore every 5 seconds as the machine does; answers what it said on the way. 15 minutes at most. */
function restored(world: World, target: Good | null): string[] {
  const said: string[] = [];
  for (let polls = 0; polls < 180; polls++) {
    const { stage, why } = world.run({ action: "restore", ...lock, target });
    if (said.at(-1) !== why) said.push(why);
    if (stage === "back") return said;
    world.pass(5);
  }
  throw new Error(`not back within 15 minutes: ${said.join(" | ")}`);
}

describe("restore", () => {
  it("rolls an open deployment back: old tasks still run, nothing is deployed", () => {
    const { world, goods } = released("a");
    const [target] = goods;
    world.lookUntil(world.run(deploying("b")).taskDefinition, "moved");
    expect(world.serves()).toBe(commit("b"));
    const said = restored(world, target!);
    expect(said[0]).toMatch(/^asked ECS to roll .* back$/);
    expect(said.at(-1)).toBe(`${target!.taskDefinition} serves alone`);
    expect(world.serves()).toBe(commit("a"));
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it("deploys the good one anew once the bad one has finished, and tells the hook what comes", () => {
    const { world, goods } = released("a", "b");
    const [target] = goods;
    restored(world, target!);
    expect(world.serves()).toBe(commit("a"));
    const { taskDefinition, release, digest } = target!;
    expect(world.item("environment")).toMatchObject({
      deploying: { taskDefinition, release, digest, commit: commit("a"), smoke: "enforce" },
    });
    expect(world.deployed().at(-1)).toBe(taskDefinition);
    expect(world.made("UpdateService")).toHaveLength(3);
  });

  it("waits out the clean-up in which ECS can't be stopped", () => {
    const { world, goods } = released("a");
    const { taskDefinition } = world.run(deploying("b"));
    while (!world.run({ action: "look", taskDefinition }).why.startsWith("CLEAN_UP")) world.pass(1);
    const said = restored(world, goods[0]!);
    expect(said[0]).toMatch(/is too far on to be stopped \(StopServiceDeployment: /);
    expect(world.serves()).toBe(commit("a"));
  });

  it("goes on to the target where ECS returned to a revision that isn't it", () => {
    const { world, goods } = released("a", "b");
    world.lookUntil(world.run(deploying("c")).taskDefinition, "moved");
    restored(world, goods[0]!);
    expect(world.serves()).toBe(commit("a"));
  });

  it("isn't fooled by a list that doesn't show the bad deployment yet", () => {
    const { world, goods } = released("a");
    const { taskDefinition } = world.run(deploying("b"));
    const said = restored(world, goods[0]!);
    expect(said[0]).toBe(`the service is asked for ${taskDefinition}, whose deployment ECS doesn't list yet`);
    expect(said[1]).toMatch(/^asked ECS to roll .* back$/);
    world.pass(600);
    expect(world.serves()).toBe(commit("a"));
  });

  it("finds its way after ECS has forgotten the deployments of 90 days ago", () => {
    const { world, goods } = released("a", "b");
    world.forgetDeployments();
    restored(world, goods[0]!);
    expect(world.serves()).toBe(commit("a"));
  });

  it("changes nothing where the target serves already", () => {
    const { world, goods } = released("a");
    const before = world.item("environment");
    expect(restored(world, goods[0]!)).toEqual([`${goods[0]!.taskDefinition} serves alone`]);
    expect(world.made("UpdateService")).toHaveLength(1);
    expect(world.item("environment")).toEqual(before);
  });

  it("deploys the good one anew after somebody else's deployment by hand", () => {
    const { world, goods } = released("a", "b");
    const byHand = { cluster: "shop", service: "shop", taskDefinition: goods[0]!.taskDefinition };
    world.answer({ action: "UpdateService", input: byHand });
    world.pass(300);
    restored(world, goods[1]!);
    expect(world.serves()).toBe(commit("b"));
  });

  it("says when the target can't be deployed any more", () => {
    const { world, goods } = released("a", "b");
    const { taskDefinition } = goods[0]!;
    world.answer({ action: "DeregisterTaskDefinition", input: { taskDefinition } });
    expect(() => restored(world, goods[0]!)).toThrow(
      expect.objectContaining({
        name: "TargetGone",
        message: `deployment: ${taskDefinition} (${commit("a")}) is INACTIVE and can't be deployed; roll back to another commit`,
      }),
    );
    expect(world.serves()).toBe(commit("b"));
  });

  it("before the first release: stops what is open, then says that there is nothing to go back to", () => {
    const { world } = released();
    expect(() => restored(world, null)).toThrow(expect.objectContaining({ name: "NothingToRestore" }));
    const { taskDefinition } = world.run(deploying("a"));
    expect(() => restored(world, null)).toThrow(expect.objectContaining({ name: "NothingToRestore" }));
    expect(world.made("StopServiceDeployment")).toHaveLength(1);
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ stage: "undone", ended: "DeployFailed" });
  });

  it("touches nothing without the lock", () => {
    const { world, goods } = released("a");
    world.lookUntil(world.run(deploying("b")).taskDefinition, "moved");
    const stolen = { id: "environment", holder: "another", fence: lock.fence + 1 };
    world.write(stolen);
    expect(() => restored(world, goods[0]!)).toThrow(expect.objectContaining({ name: "LockLost" }));
    expect(world.made("StopServiceDeployment")).toEqual([]);
  });
});

describe("stop", () => {
  it("rolls the open deployment back, whoever holds the lock", () => {
    const { world } = released("a");
    world.run(deploying("b"));
    world.write({ id: "environment", holder: "another", fence: 99 });
    world.pass(60);
    expect(world.run({ action: "stop" })).toEqual({
      stopped: true,
      why: expect.stringMatching(/^asked ECS to roll .*:service-deployment\/.* back$/),
    });
    expect(world.run({ action: "stop" })).toEqual({
      stopped: false,
      why: expect.stringContaining("is being rolled back already"),
    });
    world.pass(300);
    expect(world.serves()).toBe(commit("a"));
    expect(world.run({ action: "stop" })).toEqual({
      stopped: false,
      why: "ECS lists no open deployment; one begun seconds ago may not be listed yet",
    });
  });
});
