import { describe, expect, it } from "vitest";
import { deploymentWorld, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit, digest, executionOf } from "../support/shop.ts";
import { release, startRelease, startRollback } from "./support/machine.ts";

/** These builds were released one after the other; a release of the last one has the lock and is with users. */
function redOn(args: WorldArgs, ...builds: string[]) {
  const world = deploymentWorld(args);
  const goods = release(world, ...builds.slice(0, -1));
  const run = startRelease(world, builds.at(-1)!);
  run.until("smoke");
  return { world, goods, run };
}

describe("restore", () => {
  it("rolls an open deployment back: old tasks still run, nothing is deployed", () => {
    const { world, goods, run } = redOn({}, "a", "b");
    const { whys, end } = run.restore();
    expect(end()).toEqual({
      next: "smoke",
      restored: true,
      seconds: 0,
      why: `${goods[0]?.taskDefinition} serves alone`,
      release: "release/main-a",
      commit: commit("a"),
    });
    expect(whys[0]).toMatch(
      /^asked ECS to roll .* back, which was open \(POST_PRODUCTION_TRAFFIC_SHIFT IN_PROGRESS\)$/,
    );
    expect(world.serves()).toBe("release/main-a");
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it("deploys the good one anew once the bad one has finished, and tells the hook what comes", () => {
    const { world, goods, run } = redOn({}, "a", "b");
    run.until("good");
    const { whys, end } = run.restore();
    end();
    expect(whys[0]).toBe(`asked ECS for ${goods[0]?.taskDefinition}`);
    expect(world.serves()).toBe("release/main-a");
    expect(world.item("environment")).toMatchObject({
      deploying: {
        ...run.lock,
        taskDefinition: goods[0]?.taskDefinition,
        release: "release/main-a",
        digest: digest("a"),
        commit: commit("a"),
        smoke: "enforce",
        at: expect.stringMatching(/Z$/),
      },
    });
    expect(world.made("UpdateService").at(-1)).toEqual({
      cluster: "shop",
      service: "shop",
      taskDefinition: goods[0]?.taskDefinition,
    });
  });

  it("waits out the clean-up in which ECS can't be stopped", () => {
    const { world, run } = redOn({}, "a", "b");
    while (!run.look().why.startsWith("CLEAN_UP")) world.pass(1);
    const { whys, end } = run.restore();
    end();
    expect(whys[0]).toMatch(/is too far on to be stopped \(StopServiceDeployment: /);
    expect(world.serves()).toBe("release/main-a");
  });

  it("goes on to an operator's target where ECS returned to a revision that isn't it", () => {
    const { world, goods } = redOn({}, "a", "b", "c");
    expect(startRollback(world, goods[0]).end()).toMatchObject({ restored: true, release: "release/main-a" });
    expect(world.serves()).toBe("release/main-a");
  });

  it("doesn't stop a deployment that brings the target", () => {
    const { world, goods, run } = redOn({}, "a", "b", "c");
    const first = run.restore(goods[0]!);
    while (!first.restore().why.startsWith("asked ECS for")) world.pass(5);
    world.pass(40);
    const { whys, end } = startRollback(world, goods[0]);
    expect(end().restored).toBe(true);
    expect(whys[0]).toMatch(/is still under way \(/);
    expect(world.made("StopServiceDeployment")).toHaveLength(1);
  });

  it("isn't fooled by a list that doesn't show the bad deployment yet", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    run.deploy();
    const { whys, end } = run.restore();
    end();
    expect(whys[0]).toMatch(/^the service is asked for .*shop:2, whose deployment ECS doesn't list yet$/);
    expect(whys[1]).toMatch(/^asked ECS to roll /);
    world.pass(600);
    expect(world.serves()).toBe("release/main-a");
  });

  it("waits for its own release where the call to ECS was lost: it may still arrive", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    let update: { action: string; input: object } | undefined;
    expect(() =>
      run.deploy((request) => {
        if (request.action !== "UpdateService") return;
        update = request;
        throw new Error("out of time");
      }),
    ).toThrow("out of time");
    const { restore, end } = run.restore();
    world.pass(45);
    expect(restore()).toMatchObject({ next: "wait", why: expect.stringContaining("may still arrive") });
    world.answer(update!);
    expect(end().restored).toBe(true);
    world.pass(600);
    expect(world.serves()).toBe("release/main-a");
  });

  it("finds its way after ECS has forgotten the deployments of 90 days ago", () => {
    const { world, run } = redOn({}, "a", "b");
    run.until("good");
    world.forgetDeployments();
    expect(run.restore().end().restored).toBe(true);
    expect(world.serves()).toBe("release/main-a");
  });

  it("changes nothing where the target serves already, whoever deployed it last", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    const before = world.item("environment");
    expect(run.restore().restore()).toMatchObject({ next: "smoke", restored: true });
    expect(world.made("UpdateService")).toHaveLength(1);
    expect(world.item("environment")).toEqual(before);
  });

  it("goes on through an outage: AWS's errors pass by their names, and nothing is forgotten", () => {
    const { world, run } = redOn({}, "a", "b");
    run.until("good");
    const { restore, end } = run.restore();
    world.fail(({ action }) => (action === "UpdateService" ? { name: "ServerException", message: "down" } : undefined));
    for (let tries = 0; tries < 5; tries++) {
      expect(restore).toThrow(expect.objectContaining({ name: "ServerException", message: "UpdateService: down" }));
      world.pass(20);
    }
    world.fail(() => undefined);
    expect(end().restored).toBe(true);
    expect(world.serves()).toBe("release/main-a");
  });
});

describe("restore refuses", () => {
  it("without the lock, also where it is lost half-way", () => {
    const { world, run } = redOn({}, "a", "b");
    run.until("good");
    const { restore } = run.restore();
    world.fail(({ action }) => {
      if (action === "UpdateItem") world.write({ ...world.item("environment"), fence: 9 });
      return undefined;
    });
    const lost = expect.objectContaining({
      name: "LockLost",
      message: `deployment: the environment's lock is no longer held by ${run.execution} with fence 2; nothing was changed`,
    });
    expect(restore).toThrow(lost);
    expect(restore).toThrow(lost);
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it.each(["good", "unproven"])("to take back what was recorded as %s by itself and never heard so", (recorded) => {
    const { world, goods, run } = redOn({}, "a", "b");
    const mine = { ...goods[0], execution: run.execution };
    world.write({ ...world.item("environment"), [recorded]: mine });
    expect(run.restore().restore).toThrow(
      expect.objectContaining({ name: "AlreadyGood", message: expect.stringContaining("nothing to take back") }),
    );
    expect(world.made("StopServiceDeployment")).toEqual([]);
  });

  it("before the first release is good, once what is open has been stopped", () => {
    const { world, run } = redOn({}, "a");
    const restoring = run.restore();
    expect(restoring.restore()).toMatchObject({ next: "wait", restored: false, release: "", commit: "" });
    expect(restoring.end).toThrow(
      expect.objectContaining({
        name: "NothingToRestore",
        message: "deployment: nothing has been good here yet: there is nothing to go back to",
      }),
    );
    expect(world.made("StopServiceDeployment")).toHaveLength(1);
  });

  it("to know anything of an environment that can't be read", () => {
    const { world, run } = redOn({}, "a", "b");
    world.write({ id: "environment", holder: executionOf("main-b"), fence: 2, good: { commit: "?" } });
    expect(run.restore().restore).toThrow(expect.objectContaining({ name: "LedgerUnreadable" }));
  });
});
