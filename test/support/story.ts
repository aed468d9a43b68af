import { AwsError } from "../../emulator/awsError.ts";
import { type Clock, virtualClock } from "../../emulator/clock.ts";
import type { CloudArgs } from "../../emulator/cloud/cloud.ts";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import type { ApiCall } from "../../emulator/endpoint/serve.ts";
import { throttled, timedOut } from "../../emulator/functions/result.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending, establish } from "../../rehearsal/stage.ts";
import { inProcessFunction } from "./inProcessFunctions.ts";
import { answer, environmentItem, offered, quarantined, reaches } from "./telling.ts";
import { openTroubledStage, type TroubledStage } from "./world.ts";

/** A service (`ecs`), one of its actions (`ecs:StopServiceDeployment`), or a function (`lambda:live-smoke`). */
export type Place = "ecs" | "dynamodb" | `ecs:${string}` | `dynamodb:${string}` | `lambda:${Environment}-${string}`;

/**
 * `throttled`: refused at once. `broken`: a service answers InternalFailure, a function ends without an answer. `hangs`: a function
 * is ended by Lambda at its timeout. `silent`: it never answers, and Lambda doesn't end it.
 */
export type Trouble = "throttled" | "broken" | "hangs" | "silent";

export interface Story extends TroubledStage {
  /** What fails now, for Greengate's functions and not for the story. */
  outages: Map<Place, Trouble>;
  /** Called before each API call of a function. */
  before: { call?: ((call: ApiCall) => Promise<unknown>) | undefined };
  /** What happens, once, in the moment in which an execution enters a state. */
  entering: Map<string, () => void>;
  /** Within `before.call`: the call is under way for so many milliseconds, while time passes for everybody else. */
  hold(milliseconds: number): Promise<void>;
}

/** A stage with nothing released, whose services and functions can fail. */
export async function openStory(overrides: Partial<CloudArgs> = {}): Promise<Story> {
  const outages: Story["outages"] = new Map();
  const before: Story["before"] = {};
  const entering: Story["entering"] = new Map();
  const clock = virtualClock();
  let holding = Promise.withResolvers<void>();
  const hold = async (milliseconds: number) => {
    holding.resolve();
    holding = Promise.withResolvers();
    await clock.sleep(milliseconds);
  };
  const functionsClock: Clock = {
    ...clock,
    async during(work) {
      const done = work();
      await clock.during(() => Promise.race([done, holding.promise]));
      return done;
    },
  };
  const stage = await openTroubledStage({
    clock,
    async aroundCall(call, perform) {
      const { service, action, caller } = call;
      if (!caller.includes(":role/")) return perform();
      const kind = outages.get(`${service}:${action}` as Place) ?? outages.get(service as Place);
      if (kind === "throttled") throw new AwsError("ThrottlingException", "Rate exceeded");
      if (kind === "broken") throw new AwsError("InternalFailure", "We encountered an internal error.", 500);
      return perform();
    },
    runFunction(resource, hosts) {
      const call = async (apiCall: ApiCall) => {
        await before.call?.(apiCall);
        return stage.cloud.call(apiCall);
      };
      const running = inProcessFunction(resource, { clock: functionsClock, hosts, call });
      const place = `lambda:${resource.name.replace("greengate-", "")}` as Place;
      return {
        ...running,
        async invoke(event) {
          const kind = outages.get(place);
          if (kind === "throttled") return { error: throttled };
          if (kind === "broken") return { error: { errorType: "Runtime.ExitError", errorMessage: "it crashed" } };
          if (kind === "silent") return new Promise<never>(() => {});
          if (kind === "hangs") {
            await clock.sleep(resource.timeoutSeconds * 1000);
            return { error: timedOut(resource.timeoutSeconds, "of the story") };
          }
          return running.invoke(event);
        },
      };
    },
    onEvent(_, { stateEnteredEventDetails }) {
      const name = String(stateEnteredEventDetails?.name);
      const happen = entering.get(name);
      entering.delete(name);
      happen?.();
    },
    ...overrides,
  });
  return Object.assign(stage, { outages, before, entering, hold });
}

/** A story that begins with a build that is good on dev and live. */
export async function beginStory(build: BuildName = "good-1", overrides: Partial<CloudArgs> = {}): Promise<Story> {
  const story = await openStory(overrides);
  await establish(story, build);
  return story;
}

/** The place fails for so many milliseconds. */
export function fail(story: Story, place: Place, trouble: Trouble, milliseconds: number): void {
  story.outages.set(place, trouble);
  story.clock.at(story.clock.now() + milliseconds, () => void story.outages.delete(place));
}

/** A merge that dev finds green; its offer is rejected. The execution is evidence for any number of promotions. */
export async function greenOnDev(story: Story, build: BuildName): Promise<Run> {
  const { dev, live } = await offered(story, build);
  await answer(story, live, "reject");
  await ending(live);
  return dev;
}

/** Live is asked for a build that dev found green, and an approver says yes. */
export async function promoted(story: Story, build: BuildName, evidence?: Run): Promise<Run> {
  const run = await story.promote(build, evidence);
  await reaches(story, run, "Ask operators");
  await story.clock.sleep(1_000);
  await answer(story, run, "approve");
  return run;
}

/** Somebody lifts the build's quarantine. */
export const lift = ({ cloud }: Story, environment: Environment, build: BuildName): Promise<unknown> =>
  cloud.call({
    service: "dynamodb",
    action: "DeleteItem",
    input: {
      TableName: `greengate-${environment}-ledger`,
      Key: { id: { S: `quarantine#${imageOf(build).split("@")[1]}` } },
    },
    caller: "the story",
  });

/** What is to be seen of an environment: what serves, and what the ledger says, by builds' commits. */
export async function seen(story: Story, environment: Environment) {
  const { good, previous, holder, leaving, deploying, frozen, unproven } = (await environmentItem(
    story,
    environment,
  )) as Record<string, { commit?: string } | undefined>;
  return {
    serves: await story.serving(environment),
    good: good?.commit,
    previous: previous?.commit,
    leftovers: Object.entries({ holder, leaving, deploying, frozen, unproven }).flatMap(([name, value]) =>
      value === undefined ? [] : name,
    ),
  };
}

/** The environment as it is in peace: that build serves and is good, nothing is held, announced or frozen. */
export const atPeace = (build: BuildName, previous?: BuildName) => ({
  serves: commitOf(build),
  good: commitOf(build),
  previous: previous && commitOf(previous),
  leftovers: [],
});

/** Who keeps a build out: `smoke`, `operator`, or `nobody`. */
export async function keptOutBy(story: Story, environment: Environment, build: BuildName): Promise<string> {
  const item = JSON.stringify(await quarantined(story, environment, build));
  return /"by":\{"S":"(\w+)"\}/.exec(item)?.[1] ?? "nobody";
}

/** How each ended. */
export const ends = async (...runs: Run[]): Promise<string[]> =>
  (await Promise.all(runs.map(ending))).map(({ ended }) => ended);
