import { virtualClock } from "../../emulator/clock.ts";
import { type Cloud, type CloudArgs, type SavedCloud, startCloud } from "../../emulator/cloud/cloud.ts";
import { createFaults } from "../../emulator/faults/faults.ts";
import type { Graph, Resource } from "../../emulator/graph/graph.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { demoMerchant } from "../../rehearsal/sample/merchants.ts";
import { smokeMerchant } from "../../rehearsal/samples.ts";
import { createStage, establish, type Stage } from "../../rehearsal/stage.ts";
import { journeys } from "../../rehearsal/users/journeys.ts";
import type { Counts } from "../../rehearsal/users/users.ts";
import { graphOf } from "./graph.ts";
import { inProcessFunction } from "./inProcessFunctions.ts";
import { sampleServers } from "./sampleServers.ts";

/**
 * Both stacks' graphs, calmed: load balancers that probe once an hour, not every five seconds, and a live that bakes one minute, not
 * ten. Each probe and each look is real work, and `npm run rehearse` plays the scenarios with neither changed.
 */
export const graphs = async (): Promise<Graph[]> => calm([graphOf("dev"), graphOf("live")]);

const calm = (all: readonly Graph[]): Graph[] =>
  all.map((graph) => ({ ...graph, resources: graph.resources.map(calmed) }));

function calmed(resource: Resource): Resource {
  const { type, inputs } = resource;
  const changed = (field: string, change: object) => ({
    ...resource,
    inputs: { ...inputs, [field]: { ...Object(inputs[field]), ...change } },
  });
  if (type === "aws:lb/targetGroup:TargetGroup") return changed("healthCheck", { interval: 3600 });
  if (type === "aws:ecs/service:Service") return changed("deploymentConfiguration", { bakeTimeInMinutes: "1" });
  return resource;
}

/** The real program, machines and handlers on virtual time, tasks as servers in this process. `main`: what was merged before. */
export async function openStage(
  overrides: Partial<CloudArgs> = {},
  faults = createFaults([]),
  main: BuildName[] = [],
): Promise<Stage> {
  const { clock = virtualClock(), graphs: both = await graphs() } = overrides;
  const args: CloudArgs = {
    clock,
    graphs: both,
    runFunction: (resource, hosts) => inProcessFunction(resource, { clock, hosts, call: (call) => cloud.call(call) }),
    runContainer: sampleServers(both),
    secretValue: () => JSON.stringify(smokeMerchant),
    seed: "story",
    // What only takes time: fewer looks, the same story.
    ecs: { provisioning: 5_000, stagePause: 1_000 },
    onMail: (mail) => stage.read(mail),
    ...overrides,
  };
  const cloud: Cloud = await startCloud(faults.into(args));
  const stage = createStage({ cloud, clock, graphs: both, main });
  return stage;
}

/** A stage on which a build is good on dev and live. */
export async function establishedStage(
  build: BuildName = "good-1",
  overrides: Partial<CloudArgs> = {},
  faults = createFaults([]),
): Promise<Stage> {
  const stage = await openEstablished(build, overrides, (all) => openStage(all, faults, [build]));
  faults.begin();
  return stage;
}

/** Two releases that every story would begin with are played once, and each story goes on from what they left. */
const established = new Map<BuildName, Promise<{ cloud: SavedCloud; at: number }>>();

/** `open` opens a stage of the kind that the story wants, with a build that is good on dev and live. */
export async function openEstablished<Kind extends Stage>(
  build: BuildName,
  overrides: Partial<CloudArgs>,
  open: (overrides: Partial<CloudArgs>) => Promise<Kind>,
): Promise<Kind> {
  if (overrides.graphs || overrides.clock) {
    const stage = await open(overrides);
    await establish(stage, build);
    return stage;
  }
  const saved = established.get(build) ?? play(build);
  established.set(build, saved);
  const { cloud, at } = await saved;
  const stage = await open({ ...overrides, clock: virtualClock(at), saved: cloud });
  // The tasks start anew, and are found healthy.
  await stage.clock.sleep(5_000);
  return stage;
}

async function play(build: BuildName): Promise<{ cloud: SavedCloud; at: number }> {
  const stage = await openStage();
  await establish(stage, build);
  // Until the old tasks have gone.
  await stage.clock.sleep(60_000);
  const cloud = structuredClone(stage.cloud.save());
  await stage.cloud.close();
  return { cloud, at: stage.clock.now() };
}

/** Users on virtual time: every five seconds each environment is visited on every journey, by an ordinary merchant. */
export function visitors({ clock, cloud, badReleases }: Stage) {
  const counts: Counts = { sent: 0, failed: 0, badBuild: 0 };
  let visiting = true;
  const visit = async () => {
    if (!visiting) return;
    for (const origin of Object.values(cloud.origins))
      for (const journey of journeys)
        for await (const { verdict, release } of journey.requests(origin, demoMerchant)) {
          counts.sent += 1;
          if (verdict === "wrong" && badReleases.has(release ?? "")) counts.badBuild += 1;
          else if (verdict !== "good") counts.failed += 1;
        }
    clock.at(clock.now() + 5_000, () => void clock.during(visit));
  };
  void clock.during(visit);
  return {
    async stop(): Promise<Counts> {
      visiting = false;
      return counts;
    },
  };
}

/** An item of an environment's ledger in DynamoDB's JSON; undefined where there is none. */
export async function ledgerItem({ cloud }: Stage, environment: string, id: string): Promise<unknown> {
  const answer = await cloud.call({
    service: "dynamodb",
    action: "GetItem",
    input: { TableName: `greengate-${environment}-ledger`, Key: { id: { S: id } } },
    caller: "the story",
  });
  return (answer as { Item?: unknown }).Item;
}
