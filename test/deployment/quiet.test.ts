import { describe, expect, it } from "vitest";
import { deploymentWorld } from "../support/deploymentWorld.ts";
import { goodOf } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

/** A release that was begun and whose conductor died so long ago; another has the lock then. */
function abandoned({ after }: { after: number }) {
  const world = deploymentWorld();
  const [good] = release(world, "a");
  startRelease(world, "b").deploy();
  world.pass(after);
  return { world, good, next: startRelease(world, "c") };
}

describe("deploy, while something is under way", () => {
  it("rolls back what somebody left open, waits for it, and then goes ahead", () => {
    const { world, next } = abandoned({ after: 70 });
    expect(next.deploy()).toEqual({
      next: "wait",
      seconds: 5,
      why: expect.stringMatching(
        /^asked ECS to roll .*:service-deployment\/.* back, which was open \(.* IN_PROGRESS\)$/,
      ),
    });
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringContaining("ROLLBACK_REQUESTED: ") });
    expect(world.serves()).toBe("release/main-a");
    next.until("good");
    expect(world.serves()).toBe("release/main-c");
    expect(world.made("StopServiceDeployment")).toHaveLength(1);
    expect(world.deployed().map((each) => each?.at(-1))).toEqual(["1", "2", "3"]);
  });

  it("waits for one that brings last-known-good, such as pulumi up's own", () => {
    const world = deploymentWorld();
    const [good] = release(world, "a", "b");
    const input = { cluster: "shop", service: "shop", taskDefinition: good?.taskDefinition };
    world.write({ ...world.item("environment"), good, previous: null });
    world.answer({ action: "UpdateService", input });
    world.pass(30);
    const next = startRelease(world, "c");
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringMatching(/ is still under way \(/) });
    next.until("good");
    expect(world.made("StopServiceDeployment")).toEqual([]);
    expect(world.serves()).toBe("release/main-c");
  });

  it("waits for the first release where nothing is good yet", () => {
    const world = deploymentWorld();
    startRelease(world, "a").deploy();
    world.pass(70);
    const next = startRelease(world, "b");
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringContaining("is still under way") });
    next.until("good");
    expect(world.made("StopServiceDeployment")).toEqual([]);
  });

  it("doesn't take a list that lags for peace", () => {
    const { world, next } = abandoned({ after: 3 });
    expect(next.deploy()).toMatchObject({
      next: "wait",
      why: expect.stringMatching(/^the service is asked for .*shop:2, whose deployment ECS doesn't list yet$/),
    });
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it("waits for what another announced a moment ago: its call to ECS may still be under way", () => {
    const world = deploymentWorld();
    release(world, "a");
    const dying = startRelease(world, "b");
    const late = new Error("not yet");
    let update: { action: string; input: object } | undefined;
    expect(() =>
      dying.deploy((request) => {
        if (request.action !== "UpdateService") return;
        update = request;
        throw late;
      }),
    ).toThrow(late);
    const next = startRelease(world, "c");
    world.pass(20);
    expect(next.deploy()).toMatchObject({
      next: "wait",
      why: expect.stringMatching(/^release\/main-b was announced at .*Z, and its deployment may still arrive$/),
    });
    world.answer(update!);
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringContaining("doesn't list yet") });
    next.until("good");
    expect(world.serves()).toBe("release/main-c");
  });

  it("waits no longer once what was announced a moment ago has come and is over", () => {
    const { world, next } = abandoned({ after: 12 });
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringMatching(/^asked ECS to roll/) });
    world.pass(20);
    expect(next.deploy().next).toBe("look");
  });

  it("goes ahead a minute after an announcement of which nothing came", () => {
    const world = deploymentWorld();
    release(world, "a");
    const dying = startRelease(world, "b");
    expect(() =>
      dying.deploy(({ action }) => {
        if (action === "UpdateService") throw new Error("died");
      }),
    ).toThrow("died");
    world.pass(59);
    const next = startRelease(world, "c");
    expect(next.deploy().next).toBe("wait");
    world.pass(1);
    expect(next.deploy().next).toBe("look");
  });

  it("announces anew what it asks ECS for anew, so that whoever comes next waits for it", () => {
    const world = deploymentWorld();
    release(world, "a");
    const dying = startRelease(world, "b");
    const die = ({ action }: { action: string }) => {
      if (action === "UpdateService") throw new Error("died");
    };
    expect(() => dying.deploy(die)).toThrow("died");
    world.pass(120);
    expect(() => dying.deploy(die)).toThrow("died");
    const next = startRelease(world, "c");
    world.pass(30);
    expect(next.deploy()).toMatchObject({ next: "wait", why: expect.stringContaining("may still arrive") });
  });

  it("gives up after the time that a deployment may take: nothing was judged", () => {
    const { world, next, good } = abandoned({ after: 70 });
    world.write({ ...world.item("environment"), good: goodOf("b", "arn:b", good!.execution) });
    // A deployment that ECS can't finish.
    world.fail(({ action }) =>
      action === "StopServiceDeployment" ? { name: "ConflictException", message: "too late" } : undefined,
    );
    const opening = world.now();
    world.changeService(({ deploymentConfiguration }) => {
      deploymentConfiguration.bakeTimeInMinutes = 60;
    });
    expect(next.until("restore")).toMatchObject({
      failure: "Unavailable",
      why: expect.stringMatching(/^the service was not quiet within 16 minutes: .* is too far on to be stopped/),
    });
    expect(world.now() - opening).toBeGreaterThan(16 * 60_000);
    expect(world.now() - opening).toBeLessThan(17 * 60_000);
  });
});
