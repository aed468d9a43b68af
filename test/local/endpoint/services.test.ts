import { expect, test } from "vitest";
import { ecsActions } from "../../../local/ecs/calls.ts";
import { services } from "../../../local/endpoint/services.ts";

test("ECS's actions are those that its model answers", () => {
  const ecs = services.find(({ name }) => name === "ecs");
  expect(ecs?.actions).toEqual(Object.keys(ecsActions));
});
