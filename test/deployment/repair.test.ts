import { describe, expect, it } from "vitest";
import { deploymentWorld, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit } from "../support/shop.ts";
import { release, startRelease, startRollback } from "./support/machine.ts";

/** Build `a` is good and runs, and somebody has changed the listener's rules: users get nothing. */
function diverted(args: WorldArgs = {}) {
  const world = deploymentWorld(args);
  const [good] = release(world, "a");
  world.pass(300);
  world.divertUsers();
  return { world, good };
}

describe("restore, where ECS runs the good release and users don't get it", () => {
  it("has ECS set the rules anew by one forced deployment, after the time that weights may take", () => {
    const { world, good } = diverted();
    const { restore, whys, end } = startRollback(world);
    expect(restore()).toMatchObject({ next: "wait", seconds: 5 });
    world.pass(25);
    expect(restore().next).toBe("wait");
    expect(world.made("UpdateService")).toHaveLength(1);
    expect(end()).toMatchObject({ restored: true, why: `${good?.taskDefinition} serves alone` });
    expect(whys.slice(0, 2)).toEqual([
      "production answers 503 and names no release, where ECS runs release/main-a",
      `production answers 503 and names no release, where ECS runs release/main-a; asked ECS for ${good?.taskDefinition} anew, which sets the listener's rules`,
    ]);
    expect(world.made("UpdateService").slice(1)).toEqual([
      { cluster: "shop", service: "shop", taskDefinition: good?.taskDefinition, forceNewDeployment: true },
    ]);
    expect(world.serves()).toBe("release/main-a");
  });

  it("says what can't be repaired so, and tries it once", () => {
    const { world } = diverted();
    world.answerAs("maintenance");
    expect(startRollback(world).end()).toEqual({
      next: "smoke",
      restored: false,
      seconds: 0,
      why: "production is answered by maintenance, not by release/main-a, which ECS runs: the listener's rules were changed by hand; a new deployment did not set the listener's rules right: put them back with pulumi up --refresh",
      release: "release/main-a",
      commit: commit("a"),
    });
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it("forces no second deployment where the answer to the first was lost", () => {
    const { world } = diverted();
    const { restore, end } = startRollback(world);
    world.pass(31);
    world.fail((call) => {
      if (call.action !== "UpdateService") return undefined;
      world.fail(() => undefined);
      world.answer(call);
      return { name: "TimeoutError", message: "" };
    });
    expect(restore).toThrow(expect.objectContaining({ name: "TimeoutError" }));
    expect(restore().why).toMatch(/^release\/main-a was announced at .*, and its deployment may still arrive$/);
    expect(end().restored).toBe(true);
    expect(world.deployed()).toHaveLength(2);
  });

  it("forces it again after a minute where the first never reached ECS", () => {
    const { world } = diverted();
    const { restore, end } = startRollback(world);
    world.pass(31);
    world.fail(({ action }) => (action === "UpdateService" ? { name: "TimeoutError", message: "" } : undefined));
    expect(restore).toThrow(expect.objectContaining({ name: "TimeoutError" }));
    world.fail(() => undefined);
    world.pass(59);
    expect(restore().why).toContain("may still arrive");
    expect(end().restored).toBe(true);
    expect(world.deployed()).toHaveLength(2);
  });

  it("goes on where ECS's hook refused the forced deployment", () => {
    let calls = 0;
    const { world } = diverted({ hook: () => (++calls === 2 ? "crashes" : "green") });
    expect(startRollback(world).end().restored).toBe(true);
    expect(world.deployed()).toHaveLength(3);
  });

  it("tries no more than three times, and waits for its deadline then", () => {
    let calls = 0;
    const { world } = diverted({ hook: () => (++calls > 1 ? "crashes" : "green") });
    expect(startRollback(world).end()).toMatchObject({
      restored: false,
      why: "not back within 30 minutes: production answers 503 and names no release, where ECS runs release/main-a",
    });
    expect(world.deployed()).toHaveLength(4);
  });

  it("gives the weights time after ECS has gone back, too", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    run.until("smoke");
    world.answerAs("release/main-b");
    const { restore } = run.restore();
    while (!restore().why.startsWith("production is answered by release/main-b")) world.pass(5);
    world.pass(24);
    expect(restore().next).toBe("wait");
    expect(world.made("UpdateService")).toHaveLength(2);
    world.pass(6);
    expect(restore().why).toMatch(/asked ECS for .*shop:1 anew/);
  });

  it("takes a release at its word that is well and can't name itself", () => {
    const world = deploymentWorld({ namesRelease: false });
    release(world, "a");
    expect(startRollback(world).restore()).toMatchObject({ next: "smoke", restored: true });
  });
});

describe("restore, where the service says that it has the good release and hasn't", () => {
  it("forces the deployment: asked for the same task definition ECS starts none", () => {
    let calls = 0;
    const world = deploymentWorld({ hook: () => (++calls === 3 ? "crashes" : "green") });
    const [good] = release(world, "a");
    const run = startRelease(world, "b");
    run.until("good");
    const { taskDefinition = "" } = good ?? {};
    // Somebody's way back by hand, which ECS undid. What the service then shows is unconfirmed on AWS.
    world.answer({ action: "UpdateService", input: { cluster: "shop", service: "shop", taskDefinition } });
    world.pass(300);
    world.changeService((service) => {
      service.taskDefinition = taskDefinition;
    });
    expect(world.serves()).toBe("release/main-b");
    expect(run.restore().end().restored).toBe(true);
    expect(world.serves()).toBe("release/main-a");
    expect(world.made("UpdateService").at(-1)).toMatchObject({ taskDefinition, forceNewDeployment: true });
  });
});
