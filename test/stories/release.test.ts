import { afterEach, beforeEach, expect, test } from "vitest";
import { candidateOf, ended, established, openStage, type Stage } from "../support/rehearse.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

test("the first build goes to dev, is approved and goes to live", async () => {
  await established(stage);
});
