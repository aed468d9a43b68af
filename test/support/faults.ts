import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import { createFaults } from "../../emulator/faults/faults.ts";
import { parseRule } from "../../emulator/faults/rule.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import { type Ending, ending, type Stage } from "../../rehearsal/stage.ts";
import { establishedStage } from "./rehearse.ts";

/** A stage on which `good-1` is good everywhere, and from now on goes wrong what the rules say. */
export async function faultyStage(...texts: readonly string[]) {
  const unmet = new Set(texts);
  const faults = createFaults(texts.map(parseRule), ({ text }) => unmet.delete(text));
  const stage = await establishedStage("good-1", {}, faults);
  return { stage, unmet };
}

/** A release of `good-2` on dev while something goes wrong. Fails where the faults met nobody. */
export async function releaseDespite(...rules: string[]): Promise<{ stage: Stage; run: Run } & Ending> {
  const { stage, unmet } = await faultyStage(...rules);
  const run = await stage.merge("good-2");
  const end = await ending(run);
  if (unmet.size > 0) throw new Error("The faults met nobody.");
  return { stage, run, ...end };
}

/** How an environment's service deployments of this story ended, oldest first. */
export const deploymentsOf = ({ cloud }: Stage, environment: Environment): string[] =>
  Object.values(cloud.containers.state().deployments)
    .filter(({ serviceArn }) => serviceArn.includes(`-${environment}`))
    .map(({ status }) => status)
    .slice(1);
