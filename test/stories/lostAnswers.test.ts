import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Environment } from "../../emulator/graph/graph.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { atPeace, beginStory, ends, fail, keptOutBy, lift, type Story, seen } from "../support/story.ts";
import { deployments, environmentItem } from "../support/telling.ts";

/** It works on dev. */
const last = "orders-fail-under-traffic";

/**
 * Deploy does its work and its answer is lost: the announcement in the ledger says what was done, so nothing is deployed twice, and
 * users are not left on a release that nobody has smoked.
 */
describe.each([
  { pace: "an ECS that is quick", ecs: { provisioning: 5_000, stagePause: 1_000 } },
  { pace: "an ECS as AWS's", ecs: {} },
])("what Deploy did, and nobody heard of, with $pace", ({ ecs }) => {
  let story: Story;
  let isWatched = false;
  /** When users first met the release, and when its first smoke began; milliseconds. */
  let shiftedAt: number | undefined;
  let smokedAt: number | undefined;
  beforeAll(async () => {
    story = await beginStory("good-1", {
      ecs,
      aroundBalancer: (balancer, stack) => ({
        ...balancer,
        setWeights(rule, weights) {
          balancer.setWeights(rule, weights);
          if (isWatched && stack === "dev" && isProduction(rule)) shiftedAt ??= story.clock.now();
        },
      }),
    });
  }, 60_000);
  beforeEach(() => {
    isWatched = true;
    shiftedAt = undefined;
    smokedAt = undefined;
    story.world.faults.clear();
    story.outages.clear();
    story.entering.set("Smoke", () => {
      smokedAt = story.clock.now();
    });
  });
  afterAll(() => story.cloud.close());

  const isProduction = (rule: string): boolean =>
    Object.values(story.cloud.containers.state().services).some(
      ({ loadBalancers: [{ advancedConfiguration }] }) => advancedConfiguration.productionListenerRule === rule,
    );

  /** A merge to dev: how it ended, and what ECS was asked for meanwhile. */
  async function merge(build: BuildName): Promise<{ ended: string; deployed: number }> {
    const before = deployments(story).filter(({ serviceArn }) => serviceArn.includes("dev")).length;
    const [ended = ""] = await ends(await story.merge(build));
    const after = deployments(story).filter(({ serviceArn }) => serviceArn.includes("dev")).length;
    return { ended, deployed: after - before };
  }

  /** Milliseconds that users were on a release before its smoke began. */
  const unsmoked = (): number => (smokedAt ?? Number.NaN) - (shiftedAt ?? Number.NaN);

  const commit = async (environment: Environment) => Object((await environmentItem(story, environment)).good).commit;

  test("no answer ever comes: the release goes on, and is smoked within a minute of the shift", async () => {
    story.world.faults.set("dev Deploy", "unanswered");
    expect(await merge("good-2")).toEqual({ ended: "Released", deployed: 1 });
    expect(unsmoked()).toBeLessThanOrEqual(60_000);
    expect(await seen(story, "dev")).toEqual(atPeace("good-2", "good-1"));
  });

  test("an error comes in its place", async () => {
    story.world.faults.set("dev Deploy", "answer lost once");
    expect(await merge("slow-boot")).toEqual({ ended: "Released", deployed: 1 });
    expect(unsmoked()).toBeLessThanOrEqual(60_000);
    expect(await commit("dev")).toBe(commitOf("slow-boot"));
  });

  test("of a red release: it is smoked and taken back", async () => {
    await lift(story, "dev", "red");
    story.world.faults.set("dev Deploy", "unanswered");
    expect(await merge("red")).toMatchObject({ ended: "RolledBack" });
    expect(unsmoked()).toBeLessThanOrEqual(60_000);
    expect(await seen(story, "dev")).toEqual(atPeace("slow-boot", "good-2"));
    expect(await keptOutBy(story, "dev", "red")).toBe("smoke");
  });

  test("it is announced, and ECS can't be asked for half a minute: announced again, deployed once", async () => {
    story.entering.set("Deploy", () => fail(story, "ecs:UpdateService", "broken", 30_000));
    expect(await merge(last)).toEqual({ ended: "Released", deployed: 1 });
    expect(unsmoked()).toBeLessThanOrEqual(60_000);
    expect(await seen(story, "dev")).toEqual(atPeace(last, "slow-boot"));
  });

  test("every other answer is lost once: still one deployment, and good", async () => {
    for (const state of ["Take lock", "Check deployment", "Smoke", "Mark good", "Close"])
      story.world.faults.set(`dev ${state}`, "answer lost once");
    expect(await merge(last)).toEqual({ ended: "Released", deployed: 1 });
    expect(story.world.faults.size).toBe(0);
    expect(await seen(story, "dev")).toEqual(atPeace(last, last));
  });
});
