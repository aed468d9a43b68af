import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../../emulator/graph/graph.ts";
import { graphs } from "../../support/rehearse.ts";
import { carries, objection } from "./support/aws.ts";
import { isPolicy, statementsOf } from "./support/grants.ts";

// No story reaches all of them: only AWS's own list tells whether they are spelt as AWS spells them.
let both: Graph[];
beforeAll(async () => {
  both = await graphs();
});

test("AWS knows each allowed action, and each is allowed on resources that it takes", async () => {
  const objections = statements().flatMap(({ Action, Resource }) =>
    Resource.flatMap((resource) => Action.map((action) => objection(action, resource))),
  );
  expect((await Promise.all(objections)).filter((one) => one !== undefined)).toEqual([]);
});

test("each condition stands on a key that the action's requests carry", async () => {
  const conditional = statements().flatMap(({ Action, Condition = {} }) =>
    Object.values(Condition).flatMap((keys) =>
      Object.keys(keys).flatMap((key) => Action.map((action) => ({ action, key }))),
    ),
  );
  expect(conditional.length).toBeGreaterThan(0);
  for (const { action, key } of conditional)
    expect([action, key, await carries(action, key)]).toEqual([action, key, true]);
});

const statements = () => both.flatMap(({ resources }) => resources.filter(isPolicy).flatMap(statementsOf));
