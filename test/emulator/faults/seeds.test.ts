import { expect, test } from "vitest";
import { draw } from "../../../commands/faultPlan.ts";
import { commitOf } from "../../../rehearsal/samples.ts";
import { scenarios } from "../../../rehearsal/scenarios.ts";
import { ending } from "../../../rehearsal/stage.ts";
import { faultyStage } from "../../support/faults.ts";

const planned = (seed: string) => draw(seed).map(({ text }) => text);

/**
 * A scenario under the faults that a seed draws: how its executions ended, what live serves then, every event of every execution, and
 * the faults that nobody met.
 */
async function played(seed: string, scenario: string) {
  const { stage, unmet } = await faultyStage(...planned(seed));
  const { play } = scenarios.find(({ name }) => name === scenario)!;
  await ending(await play(stage));
  const ends = await Promise.all(stage.runs().map(async (run) => `${run.machine.name} ${(await ending(run)).ended}`));
  const events = stage.runs().flatMap(({ history }) => history);
  const live = await stage.serving("live");
  await stage.cloud.close();
  return { ends, live, events, unmet };
}

test.each(
  [
    ["0", "promote"],
    ["10", "promote"],
    ["40", "red-dev"],
  ].map(([seed = "", scenario = ""]) => [seed, planned(seed).join(", "), scenario] as const),
)(
  "seed %s (%s), %s: live serves the release only if it was released, and the run repeats event by event",
  async (seed, _, scenario) => {
    const { ends, live, events, unmet } = await played(seed, scenario);
    const released = ends.filter((end) => end === "greengate-live-release Released").length > 1;
    expect(live).toBe(commitOf(released ? "good-2" : "good-1"));
    expect([...unmet]).toEqual([]);
    expect((await played(seed, scenario)).events).toEqual(events);
  },
);
