import { expect, test } from "vitest";
import { apply } from "../../../local/dynamodb/apply.ts";
import { ecsActions } from "../../../local/ecs/calls.ts";
import { type ServiceName, services } from "../../../local/endpoint/services.ts";

// The compiler holds the others to what they do.
const actionsOf = (service: ServiceName) => services.find(({ name }) => name === service)?.actions ?? [];

test("ECS's actions are those that its model answers", () => {
  expect(actionsOf("ecs")).toEqual(Object.keys(ecsActions));
});

test("DynamoDB's actions are those that its tables take", () => {
  const refused = [...actionsOf("dynamodb"), "Query"].filter((action) => {
    try {
      apply({}, action, {});
      return false;
    } catch (error) {
      return Object(error).code === "UnknownOperationException";
    }
  });
  expect(refused).toEqual(["Query"]);
});
