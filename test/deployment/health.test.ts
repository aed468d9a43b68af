import { describe, expect, it } from "vitest";
import { deploymentWorld } from "../support/deploymentWorld.ts";
import { commit } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

/** Build `a` is good and runs; a release of build `b` has the lock. */
function second() {
  const world = deploymentWorld();
  release(world, "a");
  return { world, run: startRelease(world, "b") };
}

describe("look, at the tasks of a release that users have", () => {
  it("gives a release up whose tasks die under users' traffic, at the second look that sees it", () => {
    const { world, run } = second();
    run.until("smoke");
    world.pass(1);
    world.breakCommit(commit("b"));
    expect(run.until("wait")).toMatchObject({ shortfalls: 1 });
    expect(run.until("restore")).toMatchObject({
      failure: "Unhealthy",
      shortfalls: 2,
      why: expect.stringMatching(
        /^0 of its 2 tasks run; its last task ended with exit code 137 \(OutOfMemoryError\); /,
      ),
    });
    expect(run.restore().end().restored).toBe(true);
    expect(world.serves()).toBe("release/main-a");
  });

  it("gives a release up whose tasks die once ECS has finished", () => {
    const { world, run } = second();
    while (run.look().why !== "CLEAN_UP SUCCESSFUL") run.until("smoke");
    world.breakCommit(commit("b"));
    expect(run.look()).toMatchObject({ next: "smoke", shortfalls: 1 });
    expect(run.look()).toMatchObject({ next: "restore", failure: "Unhealthy" });
  });

  it("counts no shortfall where somebody scales the service out: more tasks start, and none has ended", () => {
    const world = deploymentWorld();
    release(world, "a", "b");
    const run = startRelease(world, "c");
    run.until("smoke");
    world.answer({ action: "UpdateService", input: { cluster: "shop", service: "shop", desiredCount: 4 } });
    for (let looks = 0; looks < 3; looks++) expect(run.look().shortfalls).toBe(0);
    run.until("good");
  });

  it("counts a shortfall where ECS won't say how tasks ended", () => {
    const { world, run } = second();
    run.until("smoke");
    world.breakCommit(commit("b"));
    world.fail(({ action }) => (action === "ListTasks" ? { name: "AccessDeniedException", message: "" } : undefined));
    expect(run.until("restore")).toMatchObject({
      failure: "Unhealthy",
      why: "0 of its 2 tasks run; how its tasks ended can't be read (AccessDeniedException)",
    });
  });
});
