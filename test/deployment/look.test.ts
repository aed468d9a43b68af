import { describe, expect, it } from "vitest";
import { minute, pauseAfter } from "../../deployment/time.ts";
import { deploymentWorld, type World, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit, executionOf } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

/** Build `a` is good and runs; a release of build `b` has the lock. */
function second(args: WorldArgs = {}) {
  const world = deploymentWorld(args);
  const [good] = release(world, "a");
  return { world, good, run: startRelease(world, "b") };
}

/** ECS would try for a day. */
const withoutCircuitBreaker = (world: World) =>
  world.changeService(({ deploymentConfiguration }) => {
    deploymentConfiguration.deploymentCircuitBreaker.enable = false;
  });

const bakeFor = (world: World, minutes: number) =>
  world.changeService(({ deploymentConfiguration }) => {
    deploymentConfiguration.bakeTimeInMinutes = minutes;
  });

describe("look", () => {
  it("waits for a deployment that the list doesn't show yet, then names it", () => {
    const { world, run } = second();
    run.deploy();
    const why = expect.stringMatching(/^ECS lists no deployment of .*shop:2 yet$/);
    expect(run.look()).toEqual({ next: "wait", seconds: 5, why, shortfalls: 0 });
    world.pass(15);
    expect(run.look()).toEqual({
      next: "wait",
      seconds: 5,
      why: "SCALE_UP IN_PROGRESS",
      shortfalls: 0,
      deployment: expect.stringContaining(":service-deployment/"),
      taskDefinition: expect.stringMatching(/shop:2$/),
    });
  });

  it("lets it be smoked as soon as users have it, each minute of the bake, and once more when ECS has finished", () => {
    const { world, run } = second();
    bakeFor(world, 4);
    run.until("smoke");
    expect(world.serves()).toBe("release/main-b");
    const shiftedAt = world.now();
    const { why } = run.until("good");
    expect(why).toBe("CLEAN_UP SUCCESSFUL");
    expect(run.smokes.map((at) => Math.round((at - shiftedAt) / 1000))).toEqual([0, 60, 120, 180, 240, 272]);
  });

  it("finds a release among more deployments than ECS lists at once", () => {
    const { world, run } = second();
    run.until("good");
    for (let count = 3; count <= 25; count++) {
      world.pass(300);
      const next = startRelease(world, "c", { name: `-${count}` });
      next.deploy();
      world.pass(100);
      expect(next.look().taskDefinition).toMatch(new RegExp(`:${count}$`));
    }
  });

  it("asks less often after five minutes", () => {
    const { world, run } = second({ crashes: (judged) => judged === commit("b") });
    withoutCircuitBreaker(world);
    run.deploy();
    world.pass(299);
    expect(run.look()).toMatchObject({ next: "wait", seconds: 5 });
    world.pass(1);
    expect(run.look()).toMatchObject({ next: "wait", seconds: 15 });
    expect([30 * minute - 1, 30 * minute].map(pauseAfter)).toEqual([15, 60]);
  });

  it("sends for a deployment where the call to ECS was lost before it was done", () => {
    const { world, run } = second();
    world.fail(({ action }) => (action === "UpdateService" ? { name: "TimeoutError", message: "lost" } : undefined));
    expect(() => run.deploy()).toThrow(expect.objectContaining({ name: "TimeoutError" }));
    world.fail(() => undefined);
    expect(run.look()).toMatchObject({ next: "deploy", why: expect.stringMatching(/^ECS lists no deployment of /) });
    run.until("good");
    expect(world.made("RegisterTaskDefinition")).toHaveLength(2);
  });

  it("gives up on a deployment that ECS never lists", () => {
    const { world, run } = second();
    world.fail(({ action }) => (action === "UpdateService" ? { name: "TimeoutError", message: "lost" } : undefined));
    expect(run.deploy).toThrow(expect.objectContaining({ name: "TimeoutError" }));
    world.changeService((service) => {
      service.taskDefinition = world.item("environment")?.deploying.taskDefinition;
    });
    expect(run.until("restore")).toMatchObject({
      failure: "DeployFailed",
      why: expect.stringMatching(/^ECS lists no deployment of .*shop:2 after 15 minutes$/),
    });
  });

  it("gives up where ECS could not be asked for it: nothing was judged", () => {
    const { world, run } = second();
    world.fail(({ action }) => (action === "UpdateService" ? { name: "TimeoutError", message: "lost" } : undefined));
    for (let minutes = 0; minutes <= 17; minutes++) {
      expect(run.deploy).toThrow(expect.objectContaining({ name: "TimeoutError" }));
      expect(run.look().next).toBe("deploy");
      world.pass(60);
    }
    expect(run.look()).toMatchObject({
      failure: "Unavailable",
      why: expect.stringMatching(/^ECS could not be asked for .*shop:2 within 17 minutes$/),
    });
  });

  it("sends for a deployment while nothing is announced, and gives up after the time that one may take", () => {
    const { world, run } = second();
    const nothing = { next: "deploy", seconds: 0, why: "nothing is announced yet", shortfalls: 0 };
    expect(run.look()).toEqual(nothing);
    world.pass(17 * 60);
    expect(run.look()).toEqual(nothing);
    world.pass(1);
    expect(run.look()).toMatchObject({
      next: "restore",
      failure: "Unavailable",
      why: "nothing could be announced within 17 minutes",
    });
  });

  it.each([
    { lane: "rollback", failure: "Stopped" },
    { lane: "emergency", failure: "Displaced" },
  ] as const)("gives up once $lane has taken the lock over: $failure", ({ lane, failure }) => {
    const { world, run } = second();
    run.until("smoke");
    const holder = executionOf("ops-1", lane);
    world.write({ ...world.item("environment"), holder, fence: 9 });
    const why = `${holder} took the environment over`;
    expect(run.look()).toEqual({ next: "restore", seconds: 0, failure, why, shortfalls: 0 });
  });

  it("gives a release up that isn't with users in time, with ECS's stage and how its tasks ended", () => {
    const { world, run } = second({ crashes: (judged) => judged === commit("b") });
    withoutCircuitBreaker(world);
    const since = world.now();
    expect(run.until("restore")).toMatchObject({
      failure: "DeployFailed",
      why: expect.stringMatching(
        /^users did not get it within 15 minutes \(SCALE_UP IN_PROGRESS\); its last task ended with exit code 1 \(Essential container exited\); /,
      ),
    });
    expect((world.now() - since) / 60_000).toBeCloseTo(15, 0);
  });

  it("gives a release up that ECS doesn't finish: TooSlow", () => {
    const { world, run } = second();
    bakeFor(world, 60);
    const since = world.now();
    expect(run.until("restore")).toMatchObject({
      failure: "TooSlow",
      why: "ECS did not finish within 46 minutes (BAKE_TIME IN_PROGRESS)",
    });
    expect((world.now() - since) / 60_000).toBeCloseTo(46, 0);
    expect(run.smokes.length).toBeGreaterThan(40);
  });
});
