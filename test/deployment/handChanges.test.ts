import { describe, expect, it } from "vitest";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { hookFunction, productionRule } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

type Change = Parameters<World["changeService"]>[0];

const changes: { what: string; change: Change; why: string }[] = [
  {
    what: "the hook is switched off",
    change: ({ deploymentConfiguration }) => {
      deploymentConfiguration.lifecycleHooks = [];
    },
    why: `the service was changed by hand: the admission hook ${hookFunction} is missing; pulumi up --refresh restores it`,
  },
  {
    what: "the hook is called elsewhere",
    change: ({ deploymentConfiguration: { lifecycleHooks } }) => {
      for (const each of lifecycleHooks) each.lifecycleStages = ["PRE_SCALE_UP"];
    },
    why: `the service was changed by hand: the admission hook ${hookFunction} is called at PRE_SCALE_UP, not at POST_TEST_TRAFFIC_SHIFT; pulumi up --refresh restores it`,
  },
  {
    what: "another strategy",
    change: ({ deploymentConfiguration }) => {
      Object.assign(deploymentConfiguration, { strategy: "ROLLING" });
    },
    why: "the service was changed by hand: its deployment strategy is ROLLING, not BLUE_GREEN; pulumi up --refresh restores it",
  },
  {
    what: "another listener rule",
    change: ({ loadBalancers: [{ advancedConfiguration }] }) => {
      advancedConfiguration.productionListenerRule = "test";
    },
    why: `the service was changed by hand: its production listener rule is test, not ${productionRule}; aws ecs update-service --load-balancers restores it`,
  },
];

describe.each(changes)("a service changed by hand: $what", ({ change, why }) => {
  it("gets no release", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    world.changeService(change);
    expect(run.deploy()).toEqual({ next: "restore", seconds: 0, failure: "Held", why });
    expect(world.made("UpdateService")).toHaveLength(1);
  });

  it("loses the release that is under way", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    run.deploy();
    world.pass(20);
    world.changeService(change);
    expect(run.look()).toMatchObject({ next: "restore", failure: "Held", why });
  });

  it("is brought back to the good release all the same, which says so", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    run.until("smoke");
    world.changeService(change);
    expect(run.restore().end()).toMatchObject({
      restored: true,
      why: expect.stringMatching(/ serves alone; the service/),
    });
    expect(world.serves()).toBe("release/main-a");
  });
});
