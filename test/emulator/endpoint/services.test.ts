import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cloud } from "../../../emulator/cloud/cloud.ts";
import type { ApiCall } from "../../../emulator/endpoint/serve.ts";
import { type ServiceName, services } from "../../../emulator/endpoint/services.ts";
import { openStage } from "../../support/rehearse.ts";

// The compiler holds the other services to their lists.
let cloud: Cloud;
beforeAll(async () => {
  ({ cloud } = await openStage());
});
afterAll(() => cloud.close());

const actionsOf = (service: ServiceName) => services.find(({ name }) => name === service)?.actions ?? [];

/** With what the service behind the endpoint refuses a call without any input. */
const refusal = (service: ServiceName, action: string): Promise<{ code: string; message: string }> =>
  cloud.call({ service, action, input: {}, caller: "arn:aws:iam::000000000000:user/operator" } as ApiCall).then(
    () => ({ code: "none", message: "" }),
    (error) => error,
  );

test("ECS's actions are those that its model knows", async () => {
  const { code, message } = await refusal("ecs", "RunTask");
  expect(code).toBe("UnknownOperationException");
  expect(
    message
      .replace(/.*there are /, "")
      .split(", ")
      .toSorted(),
  ).toEqual(actionsOf("ecs"));
});

test("DynamoDB's actions are those that its tables take", async () => {
  const asked = [...actionsOf("dynamodb"), "Query"];
  const codes = await Promise.all(asked.map(async (action) => (await refusal("dynamodb", action)).code));
  expect(asked.filter((_, at) => codes[at] === "UnknownOperationException")).toEqual(["Query"]);
});
