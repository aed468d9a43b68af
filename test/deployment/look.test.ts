import { describe, expect, it } from "vitest";
import { deploymentWorld, type World, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit, deploying, lock } from "../support/shop.ts";

/** Build `a` runs; build `b` is just being deployed. */
function second(args: WorldArgs = {}, smoke: "enforce" | "advisory" = "enforce") {
  const world = deploymentWorld(args);
  world.write({ id: "environment", ...lock });
  world.lookUntil(world.run(deploying("a")).taskDefinition, "finished");
  return { world, ...world.run(deploying("b", { smoke })) };
}

const onlyFor = (build: string, verdict: "red" | "held" | null) => (judged: string) =>
  judged === commit(build) ? verdict : "green";

function byHand(world: World, taskDefinition: string): void {
  const input = { cluster: "shop", service: "shop", taskDefinition };
  expect(world.answer({ action: "UpdateService", input })).toHaveProperty("output");
}

describe("look", () => {
  it("waits for a deployment that the list doesn't show yet", () => {
    const { world, taskDefinition } = second();
    expect(world.run({ action: "look", taskDefinition })).toEqual({
      stage: "starting",
      why: `ECS doesn't list a deployment of ${taskDefinition} yet`,
    });
    world.pass(15);
    const looked = world.run({ action: "look", taskDefinition });
    expect(looked).toMatchObject({
      stage: "starting",
      serviceDeployment: expect.stringContaining(":service-deployment/"),
    });
  });

  it("says moved only once users have the new one", () => {
    const { world, taskDefinition } = second();
    world.lookUntil(taskDefinition, "moved");
    expect(world.serves()).toBe(commit("b"));
  });

  it("finds a release among more deployments than ECS lists at once", () => {
    const { world } = second();
    for (let release = 3; release <= 25; release++) {
      world.pass(300);
      const { taskDefinition } = world.run(deploying("c", { release: `main-${release}` }));
      expect(world.lookUntil(taskDefinition, "moved").why).toContain("IN_PROGRESS");
    }
  });

  it.each([
    { what: "a red dark smoke", hook: onlyFor("b", "red"), ended: "Refused", verdict: "red" },
    { what: "a smoke that is red on both colours", hook: onlyFor("b", "held"), ended: "Held", verdict: "held" },
  ])("$what: $ended, by the hook's report", ({ hook, ended, verdict }) => {
    const { world, taskDefinition } = second({ hook });
    expect(world.lookUntil(taskDefinition, "undone", "moved")).toMatchObject({
      stage: "undone",
      ended,
      verdict,
      why: `the smoke is ${verdict}`,
    });
    world.pass(120);
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ ended, verdict });
    expect(world.serves()).toBe(commit("a"));
  });

  it.each([
    { what: "tasks that crash", args: { crashes: (judged: string) => judged === commit("b") } },
    { what: "a hook that crashes", args: { hook: onlyFor("b", null) } },
  ])("$what: DeployFailed, because nothing let it through", ({ args }) => {
    const { world, taskDefinition } = second(args);
    const looked = world.lookUntil(taskDefinition, "undone", "moved");
    expect(looked).toMatchObject({ ended: "DeployFailed", why: expect.stringMatching(/ROLLBACK.*: ./) });
    expect(looked).not.toHaveProperty("verdict");
  });

  it("an operator's stop while it bakes: RolledBack", () => {
    const { world, taskDefinition } = second();
    world.lookUntil(taskDefinition, "moved");
    expect(world.run({ action: "stop" })).toMatchObject({ stopped: true });
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ ended: "RolledBack", verdict: "green" });
  });

  it("an advisory smoke stops nothing: its red report isn't why it went back", () => {
    const { world, taskDefinition } = second({ hook: onlyFor("b", "red") }, "advisory");
    world.lookUntil(taskDefinition, "moved");
    expect(world.serves()).toBe(commit("b"));
    world.run({ action: "stop" });
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ ended: "RolledBack" });
  });

  it("somebody's update by hand takes over: Displaced", () => {
    const { world, taskDefinition } = second();
    world.pass(30);
    byHand(world, world.deployed()[0]!);
    world.pass(30);
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({
      stage: "undone",
      ended: "Displaced",
      why: expect.stringMatching(/took over with .*shop:1$/),
    });
  });

  it("an update by hand after it was refused changes nothing about why", () => {
    const { world, taskDefinition } = second({ crashes: (judged) => judged === commit("b") });
    world.lookUntil(taskDefinition, "undone");
    world.pass(120);
    world.answer({
      action: "RegisterTaskDefinition",
      input: { family: "hand", containerDefinitions: [{ name: "app", image: "x" }] },
    });
    byHand(world, "hand:1");
    world.pass(30);
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ ended: "DeployFailed" });
  });
});
