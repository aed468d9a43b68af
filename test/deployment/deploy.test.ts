import { describe, expect, it } from "vitest";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { commit, deploying, digest, good, lock, template } from "../support/shop.ts";

function locked(world: World): World {
  world.write({ id: "environment", ...lock });
  return world;
}

describe("deploy", () => {
  it("registers the template with the candidate's image, announces it, and lets users get it", () => {
    const world = locked(deploymentWorld());
    const changedPaths = { since: commit("0"), paths: ["src/orders/list.ts"] };
    const call = deploying("a");
    const { taskDefinition } = world.run({ ...call, candidate: { ...call.candidate, changedPaths } });

    expect(taskDefinition).toMatch(/task-definition\/shop:1$/);
    const [registered] = world.made("RegisterTaskDefinition");
    expect(registered?.input).toEqual({
      family: "shop",
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      volumes: [],
      placementConstraints: [],
      tags: [{ key: "team", value: "shop" }],
      containerDefinitions: [
        {
          name: "app",
          image: `registry/shop@${digest("a")}`,
          portMappings: [{ containerPort: 3000 }],
          environment: [
            { name: "LOG_LEVEL", value: "info" },
            { name: "GREENGATE_RELEASE", value: "main-a" },
            { name: "COMMIT", value: commit("a") },
          ],
        },
      ],
    });
    expect(world.item("environment")).toEqual({
      id: "environment",
      ...lock,
      deploying: {
        taskDefinition,
        release: "main-a",
        digest: digest("a"),
        commit: commit("a"),
        smoke: "enforce",
        changedPaths: JSON.stringify(changedPaths),
      },
    });
    expect(world.run({ action: "look", taskDefinition })).toMatchObject({ stage: "starting" });
    expect(world.serves()).toBe("");
    expect(world.lookUntil(taskDefinition, "moved")).toMatchObject({ why: expect.stringContaining("IN_PROGRESS") });
    expect(world.lookUntil(taskDefinition, "finished", "undone").stage).toBe("finished");
    expect(world.serves()).toBe(commit("a"));
  });

  it("sets the number of tasks for the first release only", () => {
    const world = locked(deploymentWorld());
    for (const build of ["a", "b"]) {
      world.lookUntil(world.run(deploying(build)).taskDefinition, "finished");
    }
    expect(world.made("UpdateService").map(({ input }) => input)).toEqual([
      { cluster: "shop", service: "shop", taskDefinition: expect.stringMatching(/shop:1$/), desiredCount: 2 },
      { cluster: "shop", service: "shop", taskDefinition: expect.stringMatching(/shop:2$/) },
    ]);
  });

  // The world makes the n-th call, the function dies before it hears the answer, and Step Functions invokes it again.
  const length = (() => {
    const world = locked(deploymentWorld());
    world.run(deploying("a"));
    return world.requests.length;
  })();
  it.each(Array.from({ length }, (_, at) => at + 1))("starts once although call %i was its last", (last) => {
    const world = locked(deploymentWorld());
    const died = new Error("out of time");
    let made = 0;
    const dying = () => {
      if (made++ === last) throw died;
    };
    try {
      world.run(deploying("a"), dying);
    } catch (error) {
      expect(error).toBe(died);
    }
    const { taskDefinition } = world.run(deploying("a"));
    world.lookUntil(taskDefinition, "finished");
    expect(world.deployed()).toEqual([taskDefinition]);
  });

  it("doesn't start again what ECS has refused before the lost response was noticed", () => {
    const world = locked(deploymentWorld({ hook: (judged) => (judged === commit("b") ? "red" : "green") }));
    world.lookUntil(world.run(deploying("a")).taskDefinition, "finished");
    const { taskDefinition } = world.run(deploying("b"));
    world.lookUntil(taskDefinition, "undone");
    world.pass(120);
    expect(world.run(deploying("b"))).toEqual({ taskDefinition });
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it("touches nothing without the lock, even if it loses it half-way", () => {
    const world = deploymentWorld();
    world.write({ id: "environment", holder: lock.holder, fence: lock.fence + 1 });
    expect(() => world.run(deploying("a"))).toThrow(
      expect.objectContaining({
        name: "LockLost",
        message: expect.stringContaining("with fence 7; nothing was changed"),
      }),
    );

    locked(world);
    const stolen = { id: "environment", holder: "another", fence: lock.fence + 1 };
    expect(() =>
      world.run(deploying("a"), ({ action }) => {
        if (action === "UpdateItem") world.write(stolen);
      }),
    ).toThrow(expect.objectContaining({ name: "LockLost" }));
    expect(world.made("UpdateService")).toEqual([]);
    expect(world.item("environment")).toEqual(stolen);
  });

  it("refuses a template that can't be read, or in which the container to release can't be told", () => {
    const world = locked(deploymentWorld());
    const missing = template.replace(/1$/, "9");
    expect(() => world.run(deploying("a", { template: missing }))).toThrow(
      expect.objectContaining({
        name: "InvalidTemplate",
        message: `deployment: the template ${missing} can't be read (DescribeTaskDefinition: Unable to describe task definition.); run pulumi up`,
      }),
    );
    world.answer({
      action: "RegisterTaskDefinition",
      input: {
        family: "shop-template",
        containerDefinitions: [
          { name: "app", image: "x" },
          { name: "proxy", image: "y" },
        ],
      },
    });
    expect(() => world.run(deploying("a", { template: template.replace(/1$/, "2") }))).toThrow(
      expect.objectContaining({
        name: "InvalidTemplate",
        message: expect.stringContaining("must have one container, the one to release, not 2 (app, proxy)"),
      }),
    );
  });

  it("doesn't deploy over somebody else's open deployment", () => {
    const world = locked(deploymentWorld());
    world.run(deploying("a"));
    world.pass(20);
    expect(() => world.run(deploying("b"))).toThrow(
      expect.objectContaining({ name: "DeploymentOpen", message: expect.stringContaining("is still under way (") }),
    );
    expect(world.made("RegisterTaskDefinition")).toHaveLength(1);
  });

  it("rolls back what somebody else left open before last-known-good is replaced, but waits for that one itself", () => {
    const open = (digit: string) => {
      const world = locked(deploymentWorld());
      const { taskDefinition } = world.run(deploying("a"));
      world.pass(600);
      world.write({ id: "environment", ...lock, good: good("a", taskDefinition) });
      const other = world.run(deploying(digit));
      world.pass(20);
      if (digit === "c") world.write({ id: "environment", ...lock, good: good("c", other.taskDefinition) });
      return world;
    };
    const stray = open("b");
    expect(() => stray.run(deploying("d"))).toThrow(/was open \(.*\): asked ECS to roll .* back$/);
    stray.pass(300);
    stray.run(deploying("d"));
    expect(stray.made("StopServiceDeployment")).toHaveLength(1);

    const own = open("c");
    expect(() => own.run(deploying("d"))).toThrow(/is still under way/);
    expect(own.made("StopServiceDeployment")).toHaveLength(0);
  });

  it("doesn't take a list that lags for peace", () => {
    const world = locked(deploymentWorld());
    const { taskDefinition } = world.run(deploying("a"));
    world.pass(600);
    world.write({ id: "environment", ...lock, good: good("a", taskDefinition) });
    const { taskDefinition: unlisted } = world.run(deploying("b"));
    world.pass(3);
    expect(() => world.run(deploying("c"))).toThrow(
      `deployment: the service is asked for ${unlisted}, whose deployment ECS doesn't list yet; wait for it`,
    );
    expect(world.made("UpdateService")).toHaveLength(2);
  });
});
