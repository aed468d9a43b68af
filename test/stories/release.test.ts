import { describe, expect, test } from "vitest";
import { scenarios } from "../../local/rehearsal/scenarios.ts";
import { faults, tell } from "../../local/rehearsal/tell.ts";
import { establishedStage, visitors } from "../support/rehearse.ts";

describe("every scenario, on virtual time", () => {
  test.each(scenarios)("$name: $about", async (scenario) => {
    const stage = await establishedStage();
    const outcome = await tell(scenario, stage, () => visitors(stage));
    expect(faults(scenario, outcome)).toEqual([]);
    expect(stage.cloud.denials).toEqual([]);
    await stage.cloud.close();
  });
});
