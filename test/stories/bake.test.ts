import { afterEach, describe, expect, test } from "vitest";
import type { Clock } from "../../emulator/clock.ts";
import type { Container, RunContainer } from "../../emulator/cloud/elasticContainers.ts";
import type { Graph } from "../../emulator/graph/graph.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { graphs } from "../support/rehearse.ts";
import { sampleServers } from "../support/sampleServers.ts";
import { atPeace, beginStory, greenOnDev, keptOutBy, promoted, type Story, seen } from "../support/story.ts";
import { reaches, rollback, shoppers } from "../support/telling.ts";

let story: Story;
afterEach(() => story.cloud.close());

const minutes = 60_000;

describe("a release that goes bad while live bakes for its ten minutes", () => {
  test("every process dies 20 seconds after it meets users, and healthy ones come back: it is not good", async () => {
    const mortal = mortality();
    story = await beginStory("good-1", { graphs: await longBake(), runContainer: mortal.run, ecs: {} });
    mortal.clock = story.clock;
    const run = await promoted(story, "good-2", await greenOnDev(story, "good-2"));
    await reaches(story, run, "Smoke");
    const metUsers = story.clock.now();
    mortal.condemn(imageOf("good-2"), 20_000, 20_000);
    expect((await ending(run)).ended).toBe("RolledBack");
    expect(story.clock.now() - metUsers).toBeLessThan(5 * minutes);
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "live", "good-1")).toBe("nobody");
  });

  test("one process after the other dies, and users are served throughout: the missing tasks tell", async () => {
    const mortal = mortality();
    story = await beginStory("good-1", { graphs: await longBake(), runContainer: mortal.run, ecs: {} });
    mortal.clock = story.clock;
    const run = await promoted(story, "good-2", await greenOnDev(story, "good-2"));
    await reaches(story, run, "Smoke");
    mortal.condemn(imageOf("good-2"), 20_000, Number.POSITIVE_INFINITY);
    expect(await ending(run)).toEqual({
      ended: "RolledBack",
      why: expect.stringMatching(/^1 of its 2 tasks run; its last task ended with exit code 137 \(.*back on .{7}$/),
    });
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
    // No smoke was red.
    expect(await keptOutBy(story, "live", "good-2")).toBe("nobody");
  });

  test("a fault that shows four minutes after the shift is found by the smoke of the minute", async () => {
    story = await beginStory("good-1", { graphs: await longBake() });
    const red = "orders-fail-under-traffic";
    const run = await promoted(story, red, await greenOnDev(story, red));
    await reaches(story, run, "Smoke");
    await story.clock.sleep(4 * minutes);
    expect(run.execution.status).toBe("RUNNING");
    expect((await seen(story, "live")).serves).toBe(commitOf(red));
    const stop = shoppers(story);
    await reaches(story, run, "Restore last good").finally(stop);
    const found = story.clock.now();
    expect(await ending(run)).toEqual({ ended: "RolledBack", why: expect.stringMatching(/^orders.list fail/) });
    expect(story.clock.now() - found).toBeLessThan(2 * minutes);
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "live", red)).toBe("smoke");
  });

  test("that stays well is looked at to the end of the ten minutes, and good", async () => {
    story = await beginStory("good-1", { graphs: await longBake() });
    const run = await promoted(story, "good-2", await greenOnDev(story, "good-2"));
    await reaches(story, run, "Smoke");
    const metUsers = story.clock.now();
    expect((await ending(run)).ended).toBe("Released");
    // Counted from the first smoke, which the bake may be a second ahead of.
    expect(story.clock.now() - metUsers).toBeGreaterThan(10 * minutes - 2_000);
    expect(await seen(story, "live")).toEqual(atPeace("good-2", "good-1"));
  });
});

describe("somebody puts the listener's rules back by hand", () => {
  // They lead to the colour that the first release of all came from.
  test("during the bake: users are not on the release, so it is not Released", async () => {
    story = await beginStory("good-1", { graphs: await longBake() });
    await ending(await promoted(story, "good-2", await greenOnDev(story, "good-2")));
    const run = await promoted(story, "slow-boot", await greenOnDev(story, "slow-boot"));
    await reaches(story, run, "Smoke");
    await story.clock.sleep(30_000);
    story.cloud.balancers.live?.resetWeights();
    expect((await seen(story, "live")).serves).toBe(commitOf("good-2"));
    const { ended, why } = await ending(run);
    expect([ended, why]).toEqual([
      "RolledBack",
      expect.stringMatching(/did not answer once within 30 s; last: release release\//),
    ]);
    expect(await seen(story, "live")).toEqual(atPeace("good-2", "good-1"));
    expect(await keptOutBy(story, "live", "slow-boot")).toBe("nobody");
  });

  test("before the release: it is held, not blamed, and the rules are set right", async () => {
    story = await beginStory("good-1");
    const dev = await greenOnDev(story, "good-2");
    story.cloud.balancers.live?.resetWeights();
    expect((await seen(story, "live")).serves).toBe(null);
    expect(await ending(await promoted(story, "good-2", dev))).toEqual({
      ended: "Held",
      why: expect.stringMatching(/^production answers 503 and names no release, where ECS runs /),
    });
    expect(await seen(story, "live")).toEqual(atPeace("good-1"));
    expect(await keptOutBy(story, "live", "good-2")).toBe("nobody");
    expect((await ending(await promoted(story, "good-2", dev))).ended).toBe("Released");
  });

  test("before an operator's rollback: that sets them right", async () => {
    story = await beginStory("good-1");
    story.cloud.balancers.live?.resetWeights();
    expect((await ending(await rollback(story, "live", "good-1"))).ended).toBe("Restored");
    expect(await seen(story, "live")).toMatchObject({ ...atPeace("good-1"), previous: undefined });
  });

  test("again and again: a rollback says that it can't set them right, and how to", async () => {
    let stubborn = false;
    story = await beginStory("good-1", {
      aroundBalancer: (balancer, stack) => ({
        ...balancer,
        setWeights(rule, weights) {
          balancer.setWeights(rule, weights);
          if (stubborn && stack === "live") balancer.resetWeights();
        },
      }),
    });
    // A repair moves to the colour that the rules lead to; the one after it doesn't.
    await ending(await promoted(story, "good-2", await greenOnDev(story, "good-2")));
    stubborn = true;
    const { ended, why } = await ending(await rollback(story, "live"));
    expect(ended).toBe("RollbackFailed");
    expect(why).toMatch(/put them back with pulumi up --refresh$/);
    expect((await seen(story, "live")).leftovers).toContain("frozen");
  });
});

/** The stories' graphs, with live's own bake. */
async function longBake(): Promise<Graph[]> {
  const all = await graphs();
  return all.map((graph) => ({
    ...graph,
    resources: graph.resources.map((each) => {
      if (graph.stack !== "live" || each.type !== "aws:ecs/service:Service") return each;
      const { deploymentConfiguration } = each.inputs;
      const own = { ...Object(deploymentConfiguration), bakeTimeInMinutes: "10" };
      return { ...each, inputs: { ...each.inputs, deploymentConfiguration: own } };
    }),
  }));
}

/** Tasks that can be told to die, and those that start later with them, with exit code 137. */
function mortality() {
  const servers = graphs().then(sampleServers);
  const alive = new Map<Container, { image: string; die(): void }>();
  let condemned: { image: string; lifetimes: number[] } | undefined;
  let started = 0;
  const doom = ({ image, die }: { image: string; die(): void }) => {
    if (image !== condemned?.image) return;
    const lifetime = condemned.lifetimes[started++ % condemned.lifetimes.length]!;
    if (lifetime < Number.POSITIVE_INFINITY) world.clock?.at(world.clock.now() + lifetime, die);
  };
  const run: RunContainer = async (args) => {
    const container = await (await servers)(args);
    const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
    void container.exited.then(exit);
    const die = () => {
      exit({ exitCode: 137 });
      void container.kill();
    };
    const one = { image: args.image, die };
    alive.set(container, one);
    doom(one);
    return { ...container, exited };
  };
  const world = {
    clock: undefined as Clock | undefined,
    run,
    condemn(image: string, ...lifetimes: number[]) {
      condemned = { image, lifetimes };
      for (const one of alive.values()) doom(one);
    },
  };
  return world;
}
