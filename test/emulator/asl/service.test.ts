import { expect, test } from "vitest";
import { virtualClock } from "../../../emulator/clock.ts";
import { createStepFunctions } from "../../../emulator/cloud/stepFunctions.ts";
import { machine } from "../../support/asl.ts";

const arn = "arn:aws:states:eu-central-1:111111111111:stateMachine:ask";
const asking = machine("Ask", {
  Ask: {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: "{% $states.context.Task.Token %}",
    Credentials: { RoleArn: "arn:aws:iam::222222222222:role/other" },
    TimeoutSeconds: 60,
    Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Wait" }],
    End: true,
  },
  Wait: { Type: "Wait", Seconds: 3600, End: true },
});

/** Step Functions with one machine that asks, and what it has asked by now. */
function service() {
  const clock = virtualClock();
  const asked: { token: string; roleArn: string }[] = [];
  const stepFunctions = createStepFunctions({
    clock,
    machines: [{ arn, name: "ask", roleArn: "arn:aws:iam::111111111111:role/machine", definition: asking }],
    perform: async ({ arguments: token }, roleArn) => {
      asked.push({ token: JSON.parse(token), roleArn });
      return "{}";
    },
    seed: "seed",
    onEvent: () => {},
  });
  const start = (name?: string, input = "{}") => stepFunctions.startExecution({ stateMachineArn: arn, name, input });
  const answer = (token: string, output: string) => stepFunctions.answerToken(token, { kind: "taskSucceeded", output });
  return { clock, asked, start, answer };
}
const code = (code: string) => expect.objectContaining({ code });

test("an execution without a name gets a UUID, another one each time, the same ones from the same seed", async () => {
  const { start } = service();
  const names = [await start(), await start()].map(({ execution }) => execution.identity.name);
  expect(names[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(names[1]).not.toBe(names[0]);
  expect((await service().start()).execution.identity.name).toBe(names[0]);
});

test("of calls at once that start one name, all get the one execution, unless their input differs", async () => {
  const { asked, start } = service();
  const [one, same, other] = await Promise.allSettled([start("run"), start("run"), start("run", "[]")]);
  expect(one.status === "fulfilled" && one.value).toBe(same.status === "fulfilled" && same.value);
  expect(other).toMatchObject({ reason: code("ExecutionAlreadyExists") });
  expect(asked).toHaveLength(1);
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
test("a token's four errors, and that a refused answer leaves the question open", async () => {
  const { clock, asked, start, answer } = service();
  await start("first");
  const { token } = asked[0]!;
  await expect(answer("nobody's", "{}")).rejects.toEqual(code("InvalidToken"));
  await expect(answer(token, "not JSON")).rejects.toEqual(code("InvalidOutput"));
  await expect(answer(token, JSON.stringify("x".repeat(256 * 1024)))).rejects.toEqual(code("InvalidOutput"));
  await answer(token, JSON.stringify("yes"));
  await expect(answer(token, "{}")).rejects.toEqual(code("TaskDoesNotExist"));

  await start("second");
  await clock.sleep(61_000);
  await expect(answer(asked[1]!.token, "{}")).rejects.toEqual(code("TaskTimedOut"));
});

test("a task with credentials of its own is performed with their role", async () => {
  const { asked, start } = service();
  await start("run");
  expect(asked[0]?.roleArn).toBe("arn:aws:iam::222222222222:role/other");
});

test("an execution's input is at most 256 KiB", async () => {
  const { start } = service();
  await expect(start("run", JSON.stringify("x".repeat(256 * 1024)))).rejects.toEqual(code("InvalidExecutionInput"));
});
