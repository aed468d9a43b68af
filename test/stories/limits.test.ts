import { expect, test } from "vitest";
import type { SmokeAnswer } from "../../contract/smokeCalls.ts";
import { virtualClock } from "../../emulator/clock.ts";
import type { Graph, Resource } from "../../emulator/graph/graph.ts";
import { keys } from "../../infra/keys.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { machine } from "../../stateMachine/machine.ts";
import { graphs } from "../support/rehearse.ts";
import { updateByHand } from "../support/storyAttack.ts";
import { answer, entered, offered, reaches, takeLock } from "../support/telling.ts";
import { troubledStage } from "../support/world.ts";

const minutes = 60_000;
const longest = { lockWaitMinutes: 720, scaleUpMinutes: 60, bakeMinutes: 120 };

test("the longest waits are those that the configuration allows", () => {
  const { entries } = keys;
  for (const [name, most] of Object.entries(longest)) {
    const schema = entries[name as keyof typeof longest];
    const rule = "wrapped" in schema ? schema.wrapped : schema;
    const isAllowed = (value: number) => rule["~standard"].validate(value);
    expect(isAllowed(most)).not.toHaveProperty("issues");
    expect(isAllowed(most + 1)).toHaveProperty("issues");
  }
});

test("a release on live can keep them all, one after the other, within its history and its machine's time", async () => {
  let slowUntil = 0;
  let isLong = false;
  const clock = virtualClock();
  const stage = await troubledStage({
    clock,
    graphs: (await graphs()).map(withLongestWaits),
    // A smoke that takes no real time: there are hundreds.
    aroundTask: (task, roleArn, perform) =>
      task.state === "Smoke" && roleArn.includes("-live-") && isLong
        ? Promise.resolve(greenSmoke(clock.now()))
        : perform(),
    // Tasks that get up late.
    aroundBalancer: (balancer) => ({
      ...balancer,
      register: (group, target, report) =>
        balancer.register(group, target, (health) => {
          if (clock.now() >= slowUntil) report(health);
          else clock.at(slowUntil, () => report(health));
        }),
    }),
  });
  const { live } = await offered(stage, "good-2");
  const { live: holder } = await offered(stage, "slow-boot");
  await takeLock(stage, holder.execution.identity.executionArn, "live");
  await answer(stage, live, "approve");
  await reaches(stage, live, "Take lock");
  isLong = true;
  const began = clock.now();
  await clock.sleep(718 * minutes);
  // What is good is deployed once more by hand, and bakes; the release waits for it.
  await updateByHand(stage, "live", { forceNewDeployment: true });
  await stage.cloud.stepFunctions.stopExecution(holder.execution.identity.executionArn);
  await reaches(stage, live, "Deploy");
  await clock.sleep(110 * minutes);
  slowUntil = clock.now() + 64 * minutes;

  expect(await ending(live)).toEqual({ ended: "Released", why: "4 checks passed" });
  expect(entered(live, "Restore last good")).toBe(false);
  expect(await stage.serving("live")).toBe(commitOf("good-2"));
  expect((clock.now() - began) / minutes).toBeGreaterThan(718 + 120 + 45 + 120);
  expect(live.history.length).toBeLessThan(24_000);
  expect((clock.now() - live.execution.startedAt) / 1000).toBeLessThan(live.machine.definition.TimeoutSeconds ?? 0);
  await stage.cloud.close();
}, 120_000);

const greenSmoke = (at: number): string => {
  const answer: SmokeAnswer = { next: "look", verdict: "green", why: "4 checks passed", checks: [], uncovered: [], at };
  return JSON.stringify({ ExecutedVersion: "$LATEST", Payload: answer, StatusCode: 200 });
};

/** The graph as it would be with the longest waits on live. */
const withLongestWaits = (graph: Graph): Graph =>
  graph.stack === "live" ? { ...graph, resources: graph.resources.map(longestWaits) } : graph;

function longestWaits(resource: Resource): Resource {
  const { type, inputs } = resource;
  const changed = (field: string, value: unknown) => ({ ...resource, inputs: { ...inputs, [field]: value } });
  const { lockWaitMinutes, scaleUpMinutes, bakeMinutes } = longest;
  switch (type) {
    case "aws:lambda/function:Function": {
      const { variables } = inputs.environment as { variables: Record<string, string> };
      const waits: Record<string, string> = {
        LOCK_WAIT_MINUTES: `${lockWaitMinutes}`,
        SCALE_UP_MINUTES: `${scaleUpMinutes}`,
        BAKE_MINUTES: `${bakeMinutes}`,
      };
      const own = Object.keys(variables).filter((name) => name in waits);
      return changed("environment", {
        variables: { ...variables, ...Object.fromEntries(own.map((name) => [name, waits[name]])) },
      });
    }
    case "aws:ecs/service:Service":
      return changed("deploymentConfiguration", {
        ...Object(inputs.deploymentConfiguration),
        bakeTimeInMinutes: `${bakeMinutes}`,
      });
    case "aws:sfn/stateMachine:StateMachine": {
      const names = { project: "", environment: "", template: "", functions: { gate: "", deploy: "", smoke: "" } };
      const { TimeoutSeconds } = machine("emergency", { ...names, expiresAfterHours: 72, ...longest });
      return changed("definition", JSON.stringify({ ...JSON.parse(String(inputs.definition)), TimeoutSeconds }));
    }
    default:
      return resource;
  }
}
