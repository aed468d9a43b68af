import { expect, test } from "vitest";
import { scenarios } from "../../rehearsal/scenarios.ts";
import { faults, tell } from "../../rehearsal/tell.ts";
import { establishedStage, visitors } from "../support/rehearse.ts";

// A refusal must leave the environments as they were: so all that change nothing on live are told on one stage.
test("scenarios that leave live as it was end as they must, one after the other", async () => {
  const stage = await establishedStage();
  for (const scenario of scenarios.filter(({ changesLive }) => !changesLive)) {
    stage.operator = "a person";
    const outcome = await tell(scenario, stage, () => visitors(stage));
    expect(faults(scenario, outcome)).toEqual([]);
  }
  expect(stage.cloud.denials).toEqual([]);
  await stage.cloud.close();
});

test.each(scenarios.filter(({ changesLive }) => changesLive))("$name: $about", async (scenario) => {
  const stage = await establishedStage();
  const outcome = await tell(scenario, stage, () => visitors(stage));
  expect(faults(scenario, outcome)).toEqual([]);
  expect(stage.cloud.denials).toEqual([]);
  await stage.cloud.close();
});
