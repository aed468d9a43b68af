import { describe, expect, it } from "vitest";
import { deploymentWorld } from "../support/deploymentWorld.ts";
import { commit, container, digest, executionOf, image, template } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

describe("deploy", () => {
  it("registers the template with the candidate's image, announces it, and asks ECS for it", () => {
    const world = deploymentWorld();
    const changedPaths = { since: commit("0"), paths: ["src/orders/list.ts"] };
    const run = startRelease(world, "a", { candidate: { image: image("a"), commit: commit("a"), changedPaths } });
    const announcedAt = new Date(world.now()).toISOString();
    expect(run.deploy()).toEqual({
      next: "look",
      seconds: 0,
      why: expect.stringMatching(/^asked ECS for .*\/shop:1$/),
    });

    expect(world.made("RegisterTaskDefinition")).toEqual([
      {
        family: "shop",
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        volumes: [],
        placementConstraints: [],
        tags: [{ key: "team", value: "shop" }],
        containerDefinitions: [
          {
            ...container,
            image: `registry/shop@${digest("a")}`,
            environment: [
              { name: "LOG_LEVEL", value: "info" },
              { name: "GREENGATE_RELEASE", value: "release/main-a" },
              { name: "COMMIT", value: commit("a") },
            ],
          },
        ],
      },
    ]);
    expect(world.made("GetItem")).toEqual([expect.objectContaining({ ConsistentRead: true })]);
    expect(world.item("environment")).toEqual({
      id: "environment",
      holder: run.execution,
      fence: 1,
      deploying: {
        execution: executionOf("main-a"),
        fence: 1,
        taskDefinition: expect.stringMatching(/shop:1$/),
        release: "release/main-a",
        digest: digest("a"),
        commit: commit("a"),
        smoke: "enforce",
        changedPaths: JSON.stringify(changedPaths),
        at: announcedAt,
      },
    });
  });

  it("sets the number of tasks for the first release only", () => {
    const world = deploymentWorld();
    release(world, "a", "b");
    expect(world.made("UpdateService")).toEqual([
      { cluster: "shop", service: "shop", taskDefinition: expect.stringMatching(/shop:1$/), desiredCount: 2 },
      { cluster: "shop", service: "shop", taskDefinition: expect.stringMatching(/shop:2$/) },
    ]);
  });

  // The world makes the n-th call, the function dies before it hears the answer, and the machine looks and goes on from there.
  const length = (() => {
    const world = deploymentWorld();
    release(world, "a");
    const before = world.requests.length;
    startRelease(world, "b").deploy();
    return world.requests.length - before;
  })();
  it.each(Array.from({ length }, (_, at) => at + 1))("starts once although call %i was its last", (last) => {
    const world = deploymentWorld();
    const [first] = release(world, "a");
    const run = startRelease(world, "b");
    const death = new Error("out of time");
    let made = 0;
    const die = () => {
      if (made++ === last) throw death;
    };
    try {
      run.deploy(die);
    } catch (error) {
      expect(error).toBe(death);
    }
    const { taskDefinition } = run.until("good");
    expect(world.deployed()).toEqual([first?.taskDefinition, taskDefinition]);
    expect(world.serves()).toBe("release/main-b");
  });

  it("looks at once where ECS has been asked already, and asks at once where it hasn't", () => {
    const world = deploymentWorld();
    release(world, "a");
    const run = startRelease(world, "b");
    world.fail(({ action }) => (action === "UpdateService" ? { name: "TimeoutError", message: "" } : undefined));
    expect(run.deploy).toThrow(expect.objectContaining({ name: "TimeoutError" }));
    world.fail(() => undefined);
    expect(run.deploy()).toMatchObject({ next: "look", why: expect.stringMatching(/^asked ECS for/) });
    expect(run.deploy()).toMatchObject({ next: "look", why: expect.stringMatching(/^ECS knows of/) });
    expect(world.deployed()).toHaveLength(2);
  });

  it("doesn't start again what ECS has refused before the lost response was noticed", () => {
    const world = deploymentWorld({ hook: (judged) => (judged === commit("b") ? "red" : "green") });
    release(world, "a");
    const run = startRelease(world, "b");
    run.until("restore");
    world.pass(120);
    expect(run.deploy()).toMatchObject({ next: "look", why: expect.stringMatching(/^ECS knows of .*shop:2$/) });
    expect(world.made("UpdateService")).toHaveLength(2);
  });

  it.each([
    { lane: "rollback", failure: "Stopped" },
    { lane: "emergency", failure: "Displaced" },
  ] as const)("does nothing once $lane has taken the lock over: $failure", ({ lane, failure }) => {
    const world = deploymentWorld();
    const run = startRelease(world, "a");
    const holder = executionOf("ops-1", lane);
    world.write({ ...world.item("environment"), holder, fence: 2 });
    expect(run.deploy()).toEqual({ next: "restore", seconds: 0, failure, why: `${holder} took the environment over` });
    expect(world.requests.map(({ action }) => action)).toEqual(["GetItem"]);
  });

  it("does nothing once the lock has changed hands and come back", () => {
    const world = deploymentWorld();
    const run = startRelease(world, "a");
    world.write({ ...world.item("environment"), fence: 3 });
    expect(run.deploy()).toMatchObject({ next: "restore", failure: "Displaced" });
  });

  it("announces nothing where the lock is lost half-way: the write itself finds out", () => {
    const world = deploymentWorld();
    const run = startRelease(world, "a");
    const stolen = { id: "environment", holder: executionOf("ops-1", "rollback"), fence: 2 };
    const answer = run.deploy(({ action }) => {
      if (action === "UpdateItem") world.write(stolen);
    });
    expect(answer).toMatchObject({ next: "restore", failure: "Stopped" });
    expect(world.made("UpdateService")).toEqual([]);
    expect(world.item("environment")).toEqual(stolen);
  });

  it("says what is wrong with a template that no release can be made from", () => {
    const world = deploymentWorld();
    const missing = template.replace(/1$/, "9");
    expect(startRelease(world, "a", { template: missing }).deploy()).toMatchObject({
      next: "restore",
      failure: "DeployFailed",
      why: `the template ${missing} can't be read (DescribeTaskDefinition: Unable to describe task definition.); run pulumi up`,
    });
    const containerDefinitions = [
      { name: "app", image: "x" },
      { name: "proxy", image: "y" },
    ];
    world.answer({ action: "RegisterTaskDefinition", input: { family: "shop-template", containerDefinitions } });
    const second = template.replace(/1$/, "2");
    expect(startRelease(world, "a", { template: second }).deploy()).toMatchObject({
      failure: "DeployFailed",
      why: `the template ${second} must have one container, the one to release, not 2 (app, proxy)`,
    });
  });

  it("knows nothing of an environment whose item is missing or strange", () => {
    const world = deploymentWorld();
    const run = startRelease(world, "a");
    world.write({ id: "environment", holder: run.execution, fence: "1" });
    expect(() => run.deploy()).toThrow(
      expect.objectContaining({
        name: "LedgerUnreadable",
        message: expect.stringContaining("ledger: environment: fence"),
      }),
    );
    world.answer({ action: "DeleteItem", input: { TableName: "ledger", Key: { id: { S: "environment" } } } });
    expect(() => run.look()).toThrow(
      expect.objectContaining({
        name: "LedgerUnreadable",
        message: `deployment: ledger has no item "environment": restore the table from its point-in-time recovery`,
      }),
    );
  });
});
