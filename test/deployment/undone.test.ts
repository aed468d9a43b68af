import { describe, expect, it } from "vitest";
import { deploymentWorld, type WorldArgs } from "../support/deploymentWorld.ts";
import { alarm, commit } from "../support/shop.ts";
import type { HookStory } from "./support/hook.ts";
import { type ReleaseOptions, release, startRelease } from "./support/machine.ts";

/** Build `a` is good and runs; a release of build `b` has the lock. */
function second(args: WorldArgs = {}, options: ReleaseOptions = {}) {
  const world = deploymentWorld(args);
  const [good] = release(world, "a");
  return { world, good, run: startRelease(world, "b", options) };
}

const forB = (story: HookStory) => ({ hook: (judged: string) => (judged === commit("b") ? story : "green") }) as const;
const crashesB = { crashes: (judged: string) => judged === commit("b") };

const stop = (world: ReturnType<typeof deploymentWorld>, serviceDeploymentArn = "") =>
  expect(world.answer({ action: "StopServiceDeployment", input: { serviceDeploymentArn } })).toHaveProperty("output");

describe("why ECS undid a release", () => {
  it.each([
    { story: "red", failure: "RedAdmission", why: "the smoke is red" },
    { story: "held", failure: "Held", why: "the smoke is held" },
    { story: "refused", failure: "Refused", why: "the smoke is refused" },
    {
      story: "crashes",
      failure: "Refused",
      why: expect.stringMatching(/^ECS's admission hook gave no verdict \(.*\)$/),
    },
    { story: "hangs", failure: "Refused", why: "ECS's admission hook ran out of time" },
  ] as const)("its hook $story: $failure, before and after ECS is back", ({ story, failure, why }) => {
    const { world, run } = second(forB(story));
    const undone = { next: "restore", failure, why, taskDefinition: expect.stringMatching(/shop:2$/) };
    expect(run.until("restore")).toMatchObject(undone);
    world.pass(120);
    expect(run.look()).toMatchObject(undone);
    expect(world.serves()).toBe("release/main-a");
  });

  it("its hook still busy when the release's time is over: Refused, whatever ECS would wait", () => {
    const { world, run } = second(forB("hangs"));
    world.changeService(({ deploymentConfiguration: { lifecycleHooks } }) => {
      for (const { timeoutConfiguration } of lifecycleHooks) timeoutConfiguration.timeoutInMinutes = 1440;
    });
    expect(run.until("restore")).toMatchObject({
      failure: "Refused",
      why: "ECS's admission hook gave no verdict within 15 minutes (POST_TEST_TRAFFIC_SHIFT IN_PROGRESS)",
    });
  });

  it("an advisory smoke stops nothing: its red report isn't why it went back", () => {
    const { world, run } = second(forB("red"), { lane: "emergency", smoke: "advisory" });
    const { deployment } = run.until("smoke");
    expect(world.serves()).toBe("emergency/main-b");
    stop(world, deployment);
    expect(run.look()).toMatchObject({ failure: "Stopped" });
  });

  it("an alarm under users' traffic: RolledBackByEcs", () => {
    const { world, run } = second();
    run.until("smoke");
    world.raiseAlarm();
    const why = `ECS rolled it back on the alarm ${alarm}`;
    expect(run.until("restore")).toMatchObject({ failure: "RolledBackByEcs", why });
  });

  it("an alarm before users had it: DeployFailed", () => {
    const { world, run } = second();
    run.deploy();
    world.pass(20);
    world.raiseAlarm();
    const why = `ECS rolled it back on the alarm ${alarm}`;
    expect(run.until("restore")).toMatchObject({ failure: "DeployFailed", why });
  });

  it("tasks that never get up: DeployFailed, with exit code, ECS's reason and the end of the log", () => {
    const { run } = second({ ...crashesB, log: ["connecting to the database", "FATAL: no such host db.internal"] });
    expect(run.until("restore")).toMatchObject({
      failure: "DeployFailed",
      why: "ECS's circuit breaker gave it up: its last task ended with exit code 1 (Essential container exited); its log ends: connecting to the database | FATAL: no such host db.internal",
    });
  });

  it("shows how a task ended by itself, not one that ECS stopped on the way back", () => {
    let crashes = 0;
    const { world, run } = second({ crashes: (judged) => judged === commit("b") && ++crashes <= 3 });
    const { why } = run.until("restore");
    world.pass(120);
    expect(run.look().why).toBe(why);
    expect(why).toContain("with exit code 1 (Essential container exited)");
  });

  it("tasks that don't get up again after the shift: RolledBackByEcs", () => {
    const { world, run } = second();
    world.changeService(({ deploymentConfiguration }) => {
      deploymentConfiguration.bakeTimeInMinutes = 10;
    });
    run.until("smoke");
    world.breakCommit(commit("b"));
    // Nobody looks until ECS's own circuit breaker has counted three.
    world.pass(90);
    expect(run.look()).toMatchObject({
      failure: "RolledBackByEcs",
      why: expect.stringMatching(/^ECS's circuit breaker gave it up: its last task ended with exit code 1 /),
    });
  });

  it.each([
    { when: "before users have it", until: "wait" },
    { when: "while it bakes", until: "smoke" },
  ] as const)("somebody's stop $when: Stopped", ({ until }) => {
    const { world, run } = second();
    let { deployment } = run.until(until);
    while (!deployment) ({ deployment } = run.until(until));
    stop(world, deployment);
    expect(run.look()).toMatchObject({
      failure: "Stopped",
      why: expect.stringMatching(/^somebody stopped ECS's deployment: \w+ ROLLBACK_REQUESTED: /),
    });
    world.pass(120);
    expect(run.look()).toMatchObject({ failure: "Stopped" });
  });

  it("somebody's update by hand takes over: Displaced, by name", () => {
    const { world, good, run } = second();
    run.until("wait");
    world.pass(30);
    const input = { cluster: "shop", service: "shop", taskDefinition: good?.taskDefinition };
    world.answer({ action: "UpdateService", input });
    const instead = `the service was asked for ${good?.taskDefinition} instead`;
    expect(run.look()).toMatchObject({ failure: "Displaced", why: instead });
    world.pass(30);
    expect(run.look()).toMatchObject({
      failure: "Displaced",
      why: expect.stringMatching(/:service-deployment\/.* took over with .*shop:1$/),
    });
  });

  it("a hook that isn't Greengate's, by name", () => {
    const { world, run } = second();
    const { deployment = "" } = run.until("smoke");
    stop(world, deployment);
    const hook = { hookId: "hand", targetArn: "arn:by-hand", status: "FAILED", expiresAt: 0, own: {} };
    world.changeDeployment(deployment, { lifecycleHookDetails: [hook as never] });
    expect(run.look()).toMatchObject({
      failure: "Refused",
      why: expect.stringMatching(/^the hook arn:by-hand gave no verdict/),
    });
  });

  it("a newer deployment beside it, which AWS may show still open: Displaced", () => {
    const { world, good, run } = second();
    const { deployment = "" } = run.until("smoke");
    const input = { cluster: "shop", service: "shop", taskDefinition: good?.taskDefinition };
    world.answer({ action: "UpdateService", input });
    world.changeDeployment(deployment, { status: "IN_PROGRESS" });
    world.pass(30);
    expect(run.look()).toMatchObject({ failure: "Displaced", why: expect.stringContaining("took over with") });
  });

  it("an update by hand after it was undone changes nothing about why", () => {
    const { world, run } = second(crashesB);
    run.until("restore");
    world.pass(120);
    const containerDefinitions = [{ name: "app", image: "x" }];
    world.answer({ action: "RegisterTaskDefinition", input: { family: "hand", containerDefinitions } });
    world.answer({ action: "UpdateService", input: { cluster: "shop", service: "shop", taskDefinition: "hand:1" } });
    world.pass(30);
    expect(run.look()).toMatchObject({ failure: "DeployFailed" });
  });

  it("a report that can't be understood says nothing", () => {
    const { world, run } = second(forB("red"));
    const { deployment } = run.until("restore");
    world.write({ id: `smoke#${deployment}`, verdict: "fine", admitted: false, why: "", at: "" });
    expect(() => run.look()).toThrow(expect.objectContaining({ name: "LedgerUnreadable" }));
  });
});
