import { expect, test } from "vitest";
import { virtualClock } from "../../../emulator/clock.ts";
import { createStepFunctions } from "../../../emulator/cloud/stepFunctions.ts";
import { machine, play } from "../../support/asl.ts";

const arn = "arn:aws:states:eu-central-1:111111111111:stateMachine:call";
const roleArn = "arn:aws:iam::111111111111:role/machine";
const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;

/** A machine whose one task is answered by what `perform` gives; with a token, by whoever has it. */
function service(resource: string, perform: (token: string) => string) {
  const definition = machine("Call", {
    Call: {
      Type: "Task",
      Resource: resource,
      Arguments: "{% $states.context.Task.Token %}",
      TimeoutSeconds: 60,
      End: true,
    },
  });
  const { Arguments: _, ...plain } = definition.States.Call as { Arguments: string };
  const states = resource.endsWith("Token") ? definition : { ...definition, States: { Call: plain } };
  const tokens: string[] = [];
  const stepFunctions = createStepFunctions({
    clock: virtualClock(),
    machines: [{ arn, name: "call", roleArn, definition: states as typeof definition }],
    async perform({ arguments: token }) {
      tokens.push(JSON.parse(token));
      return perform(token);
    },
    seed: "seed",
    onEvent: () => {},
  });
  const start = (name: string, input = "{}") => stepFunctions.startExecution({ stateMachineArn: arn, name, input });
  return {
    start,
    tokens,
    answer: (output: string) => stepFunctions.answerToken(tokens[0]!, { kind: "taskSucceeded", output }),
  };
}

test.each([4_000, 100_000])(
  "a result nested %d deep fails its execution by name, and the next one goes on",
  async (levels) => {
    const results = [nested(levels), "{}"];
    const { start } = service("arn:aws:states:::lambda:invoke", () => results.shift() ?? "");
    const [deep, plain] = [await start("deep"), await start("plain")];
    await Promise.all([deep.closed, plain.closed]);
    expect(deep.execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(deep.execution.cause).toContain("nested deeper than 1000 levels");
    expect(plain.execution.status).toBe("SUCCEEDED");
  },
);

test("so does a token's answer; an input that deep is refused", async () => {
  const { start, answer } = service("arn:aws:states:::lambda:invoke.waitForTaskToken", () => "{}");
  const asked = await start("asked");
  await answer(nested(4_000));
  await asked.closed;
  expect(asked.execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  await expect(start("input", nested(4_000))).rejects.toMatchObject({ code: "InvalidExecutionInput" });
});

test("of 17 answers at once with one token, one is taken", async () => {
  const { start, answer } = service("arn:aws:states:::lambda:invoke.waitForTaskToken", () => "{}");
  const asked = await start("asked");
  const answers = await Promise.allSettled(Array.from({ length: 17 }, (_, index) => answer(String(index))));
  expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(answers[1]).toMatchObject({ reason: { code: "TaskTimedOut" } });
  await asked.closed;
  expect(asked.execution.output).toBe("0");
});

test("a fault of the interpreter or of a call ends that execution by name", async () => {
  const { start } = service("arn:aws:states:::lambda:invoke", () => {
    throw new RangeError("a bug");
  });
  const run = await start("run");
  await run.closed;
  expect(run.execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  expect(run.execution.cause).toContain("A fault of the embedded cloud: RangeError: a bug");
});

test("an expression that nests too deep fails its state", async () => {
  const deep = "{% $reduce([1..5000], function($inner) { [$inner] }, 1) %}";
  const { execution } = await play(machine("Nest", { Nest: { Type: "Pass", Output: deep, End: true } }));
  expect(execution).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
});

test("$shuffle draws from the execution's seed: a run repeats", async () => {
  const shuffled = () =>
    play(machine("Deal", { Deal: { Type: "Pass", Output: "{% $shuffle([1..20]) %}", End: true } }));
  const [one, other] = [await shuffled(), await shuffled()];
  expect(one.output).toEqual(other.output);
  expect(one.output).not.toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test("variables are limited: 256 KiB in one Assign, 10 MiB in an execution", async () => {
  const text = (bytes: number) => `{% $pad('', ${bytes}, 'x') %}`;
  const one = await play(
    machine("Keep", { Keep: { Type: "Pass", Assign: { a: text(150_000), b: text(150_000) }, End: true } }),
  );
  expect(one.execution).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  const names = Array.from({ length: 45 }, (_, index) => `Keep ${index}`);
  const states = Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        Type: "Pass" as const,
        Assign: { [`v${index}`]: text(250_000) },
        ...(index === 44 ? { End: true as const } : { Next: `Keep ${index + 1}` }),
      },
    ]),
  );
  const all = await play(machine("Keep 0", states as Parameters<typeof machine>[1]));
  expect(all.execution).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  expect(all.execution.cause).toContain("Keep 41");
});
