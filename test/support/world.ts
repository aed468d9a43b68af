import { Failure } from "../../emulator/asl/failure.ts";
import type { CloudArgs } from "../../emulator/cloud/cloud.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { serve } from "../../rehearsal/sample/serve.ts";
import { imageOf, smokeMerchant } from "../../rehearsal/samples.ts";
import type { Stage } from "../../rehearsal/stage.ts";
import { graphs, openEstablished, openStage } from "./rehearse.ts";
import { sampleServers } from "./sampleServers.ts";

/** What goes wrong around the releases. A story changes it as it goes on. */
export interface World {
  /** The smoke merchant can't sign in: every smoke is red, whatever runs. */
  lockedOut: boolean;
  /** Tasks of this image that start from now on behave as that build; `ill`: they answer 503, never healthy. */
  behaves: Map<string, BuildName | "ill">;
  /**
   * Every attempt of that task, by environment and state: `fails` = the call is not done; `unanswered` = it is done and the
   * answer is lost; `answer lost once` = done, and only the first answer is lost.
   */
  faults: Map<`${Environment} ${string}`, "fails" | "unanswered" | "answer lost once">;
}

/** A stage whose world can be spoilt. */
export interface TroubledStage extends Stage {
  world: World;
}

/** A stage on which good-1 is good on dev and live, in a world without trouble yet. */
export async function troubledStage(overrides: Partial<CloudArgs> = {}): Promise<TroubledStage> {
  return openEstablished("good-1", overrides, (all) => openTroubledStage(all, ["good-1"]));
}

/** The same before anything was released. */
export async function openTroubledStage(
  overrides: Partial<CloudArgs> = {},
  main: BuildName[] = [],
): Promise<TroubledStage> {
  const world: World = { lockedOut: false, behaves: new Map(), faults: new Map() };
  const run = sampleServers(await graphs());
  const args: Partial<CloudArgs> = {
    secretValue: () => JSON.stringify(world.lockedOut ? { ...smokeMerchant, password: "changed" } : smokeMerchant),
    runContainer(container) {
      const behaviour = world.behaves.get(container.image);
      if (behaviour === "ill") return illServer();
      return run(behaviour ? { ...container, image: imageOf(behaviour) } : container);
    },
    async aroundTask({ state }, roleArn, perform) {
      const key = `${roleArn.includes("-live-") ? "live" : "dev"} ${state}` as const;
      const fault = world.faults.get(key);
      if (fault === "fails") throw new Failure({ error: "Story.Outage", cause: "as the story has it" });
      const answer = await perform();
      if (fault === undefined) return answer;
      if (fault === "unanswered") return new Promise<never>(() => {});
      world.faults.delete(key);
      throw new Failure({ error: "Story.LostAnswer", cause: "as the story has it" });
    },
    ...overrides,
  };
  const stage = await openStage(args, undefined, main);
  return Object.assign(stage, { world });
}

async function illServer() {
  const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
  const { port, stop } = await serve((_, response) => void response.writeHead(503).end(), 0);
  const end = async () => {
    await stop();
    exit({ exitCode: 0 });
  };
  return { port, listening: Promise.resolve(true), exited, stop: end, kill: end };
}
