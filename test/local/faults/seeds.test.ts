import { expect, test } from "vitest";
import { draw } from "../../../local/faults/plan.ts";
import { textOf } from "../../../local/faults/rule.ts";
import { commitOf } from "../../../local/rehearsal/samples.ts";
import { scenarios } from "../../../local/rehearsal/scenarios.ts";
import { ending } from "../../../local/rehearsal/stage.ts";
import { faultyStage } from "../../support/faults.ts";

/** `promote` under the faults that a seed draws: how it ended, what live serves then, and every event of every execution. */
async function promote(seed: string) {
  const { stage } = await faultyStage(...draw(seed));
  const play = scenarios.find(({ name }) => name === "promote")!.play;
  await ending(await play(stage));
  const ends = await Promise.all(stage.runs().map(async (run) => `${run.machine.name} ${(await ending(run)).ended}`));
  const events = stage.runs().flatMap(({ history }) => history);
  const live = await stage.serving("live");
  await stage.cloud.close();
  return { ends, live, events };
}

test.each(["0", "8"].map((seed) => [seed, draw(seed).map(textOf).join(", ")]))(
  "seed %s (%s): live serves the release only if it was released, and the run repeats event by event",
  async (seed) => {
    const { ends, live, events } = await promote(seed);
    const released = ends.filter((end) => end === "greengate-live-release Released").length > 1;
    expect(live).toBe(commitOf(released ? "good-2" : "good-1"));
    expect((await promote(seed)).events).toEqual(events);
  },
);
