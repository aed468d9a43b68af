import { expect, test } from "vitest";
import type { DeploymentCall } from "../../contract/deploymentCalls.ts";
import type { SmokeAnswer } from "../../contract/smokeCalls.ts";
import { type DeploymentAnswer, decide } from "../../deployment/decide.ts";
import type { Reply } from "../../deployment/plan.ts";
import { type DeploymentSettings, readSettings } from "../../deployment/settings.ts";
import { virtualClock } from "../../emulator/clock.ts";
import { functionsOf } from "../../emulator/cloud/account.ts";
import type { ApiCall } from "../../emulator/endpoint/serve.ts";
import type { Graph, Resource } from "../../emulator/graph/graph.ts";
import { keys } from "../../infra/keys.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending, type Stage } from "../../rehearsal/stage.ts";
import { machine } from "../../stateMachine/machine.ts";
import { graphOf } from "../support/graph.ts";
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
  const settings = deploymentSettings();
  const stage = await troubledStage({
    clock,
    graphs: (await graphs()).map(withLongestWaits),
    // Hundreds of looks and smokes: what only reads is decided without SDK clients, and a smoke takes no real time.
    async aroundTask({ state, arguments: given }, roleArn, perform) {
      if (!isLong || !roleArn.includes("-live-")) return perform();
      if (state === "Smoke") return answerOf(greenSmoke(clock.now()));
      const { action } = JSON.parse(given).Payload;
      if (action !== "look" && action !== "deploy") return perform();
      const answer = await readAndDecide(stage, settings, JSON.parse(given).Payload);
      return answer ? answerOf(answer) : perform();
    },
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

const answerOf = (payload: object): string =>
  JSON.stringify({ ExecutedVersion: "$LATEST", Payload: payload, StatusCode: 200 });

const greenSmoke = (at: number): SmokeAnswer => ({
  next: "look",
  verdict: "green",
  why: "4 checks passed",
  checks: [],
  uncovered: [],
  at,
});

/** What deployment/ answers from what it reads; undefined where it would do more than read. */
async function readAndDecide(
  { cloud }: Stage,
  settings: DeploymentSettings,
  call: DeploymentCall,
): Promise<DeploymentAnswer | undefined> {
  const replies: Reply[] = [];
  for (;;) {
    const step = decide(settings, call, replies);
    if ("answer" in step) return step.answer;
    const { action, input } = step.request;
    if (!/^(Get(?=Item)|Describe|List)/.test(action)) return undefined;
    const service = action === "GetItem" ? "dynamodb" : "ecs";
    const output = await cloud.call({ service, action, input, caller: "the story" } as ApiCall);
    replies.push({ output: JSON.parse(JSON.stringify(output)) });
  }
}

const deploymentSettings = (): DeploymentSettings => {
  const live = functionsOf(withLongestWaits(graphOf("live")));
  return readSettings(live.find(({ name }) => name.endsWith("-deploy"))?.environment ?? {});
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
