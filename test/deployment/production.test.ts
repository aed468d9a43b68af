import { describe, expect, it } from "vitest";
import { deploymentWorld, type WorldArgs } from "../support/deploymentWorld.ts";
import { commit } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

const heldBack = (why: unknown) => ({ next: "restore", seconds: 0, failure: "Held", why });

/** Build `a` is good and runs. */
function running(args: WorldArgs = {}) {
  const world = deploymentWorld(args);
  release(world, "a");
  return world;
}

describe("deploy, where users get something else than ECS runs", () => {
  it("releases nothing and names who answers", () => {
    const world = running();
    release(world, "b");
    world.answerAs("release/main-a");
    expect(startRelease(world, "c").deploy()).toEqual(
      heldBack(
        "production is answered by release/main-a, not by release/main-b, which ECS runs: the listener's rules were changed by hand",
      ),
    );
    expect(world.made("RegisterTaskDefinition")).toHaveLength(2);
  });

  it("releases nothing where the rule leads to no task", () => {
    const world = running();
    world.divertUsers();
    expect(startRelease(world, "b").deploy()).toEqual(
      heldBack("production answers 503 and names no release, where ECS runs release/main-a"),
    );
  });

  it("releases nothing where nobody answers", () => {
    const world = running();
    world.fail(({ action }) => (action === "Probe" ? { name: "TimeoutError", message: "timed out" } : undefined));
    expect(startRelease(world, "b").deploy()).toEqual(heldBack("production doesn't answer (timed out)"));
    expect(world.made("Probe")).toHaveLength(3);
  });

  it("asks up to three times: one answer of an old connection says nothing", () => {
    const world = running();
    let failures = 2;
    world.fail(({ action }) => (action === "Probe" && failures-- > 0 ? { name: "TypeError", message: "" } : undefined));
    expect(startRelease(world, "b").deploy().next).toBe("look");
    expect(world.made("Probe")).toEqual(Array(3).fill({ url: "https://shop.example.com/health" }));
  });

  it("doesn't ask in an emergency: that may be what is to be mended", () => {
    const world = running();
    world.divertUsers();
    expect(startRelease(world, "b", { lane: "emergency" }).deploy().next).toBe("look");
  });

  it("doesn't ask where the service wants no tasks", () => {
    const world = deploymentWorld();
    expect(startRelease(world, "a").deploy().next).toBe("look");
    expect(world.made("Probe")).toEqual([]);
  });

  it("takes an application at its word that is well and can't name its release", () => {
    const world = running({ namesRelease: false });
    expect(startRelease(world, "b").deploy().next).toBe("look");
  });

  it("has nothing to compare where what runs was deployed by hand", () => {
    const world = running();
    const containerDefinitions = [{ name: "app", image: "x", environment: [{ name: "COMMIT", value: commit("f") }] }];
    world.answer({ action: "RegisterTaskDefinition", input: { family: "hand", containerDefinitions } });
    world.answer({ action: "UpdateService", input: { cluster: "shop", service: "shop", taskDefinition: "hand:1" } });
    world.pass(300);
    expect(startRelease(world, "b").deploy().next).toBe("look");
  });
});
