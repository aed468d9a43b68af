import { describe, expect, test } from "vitest";
import { machine } from "../../support/asl.ts";
import { openService } from "./support/service.ts";

const asking = machine("Ask", {
  Ask: {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: {},
    Credentials: { RoleArn: "arn:aws:iam::222222222222:role/other" },
    TimeoutSeconds: 60,
    Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Wait" }],
    End: true,
  },
  Wait: { Type: "Wait", Seconds: 3600, End: true },
});

const code = (code: string) => expect.objectContaining({ code });

test("an execution without a name gets a UUID, another one each time, the same ones from the same seed", async () => {
  const { start } = openService(asking);
  const names = [await start(), await start()].map(({ execution }) => execution.identity.name);
  expect(names[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(names[1]).not.toBe(names[0]);
  expect((await openService(asking).start()).execution.identity.name).toBe(names[0]);
});

test("of calls at once that start one name, all get the one execution, unless their input differs", async () => {
  const { calls, start } = openService(asking);
  const [one, same, other] = await Promise.allSettled([start("run"), start("run"), start("run", "[]")]);
  expect(one.status === "fulfilled" && one.value).toBe(same.status === "fulfilled" && same.value);
  expect(other).toMatchObject({ reason: code("ExecutionAlreadyExists") });
  expect(calls).toHaveLength(1);
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
test("a token's three errors, and that a refused answer leaves the question open", async () => {
  const { clock, calls, start, succeed } = openService(asking);
  await start("first");
  const { token } = calls[0]!;
  await expect(succeed("nobody's", "{}")).rejects.toEqual(code("InvalidToken"));
  await expect(succeed(token, "not JSON")).rejects.toEqual(code("InvalidOutput"));
  await expect(succeed(token, JSON.stringify("x".repeat(256 * 1024)))).rejects.toEqual(code("InvalidOutput"));
  await succeed(token, JSON.stringify("yes"));
  await expect(succeed(token, "{}")).rejects.toEqual(code("TaskTimedOut"));

  await start("second");
  await clock.sleep(61_000);
  await expect(succeed(calls[1]!.token, "{}")).rejects.toEqual(code("TaskTimedOut"));
});

test("of 17 answers at once with one token one is taken, and the others hear that the task is over", async () => {
  const { calls, start, succeed, fail } = openService(asking);
  const run = await start("run");
  const { token } = calls[0]!;
  const answers = await Promise.allSettled(
    Array.from({ length: 17 }, (_, index) => (index % 2 ? fail(token, "Late") : succeed(token, String(index)))),
  );
  const late = { code: "TaskTimedOut", message: "Task Timed Out: 'Provided task does not exist anymore'" };
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", ...Array(16).fill("rejected")]);
  for (const answer of answers.slice(1)) expect(answer).toMatchObject({ reason: late });
  expect(run.execution).toMatchObject({ status: "SUCCEEDED", output: "0" });
  expect(run.history.filter(({ type }) => /^Task(Succeeded|Failed)$/.test(type))).toHaveLength(1);

  await start("other");
  const failures = await Promise.allSettled(Array.from({ length: 3 }, () => fail(calls[1]!.token, "No")));
  expect(failures.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("heartbeats are taken until the answer is", async () => {
  const { calls, start, succeed, beat } = openService(asking);
  await start("run");
  const { token } = calls[0]!;
  const said = await Promise.allSettled([beat(token), beat(token), succeed(token), beat(token)]);
  expect(said.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
});

test("an answer that comes with what ends its task, but after it, is refused", async () => {
  const { calls, start, stop, succeed } = openService(asking);
  const { execution } = await start("run");
  const [stopped, late] = await Promise.allSettled([stop(execution.identity.executionArn), succeed(calls[0]!.token)]);
  expect([stopped.status, late]).toEqual(["fulfilled", { status: "rejected", reason: code("TaskTimedOut") }]);
});

test("a task with credentials of its own is performed with their role", async () => {
  const { calls, start } = openService(asking);
  await start("run");
  expect(calls[0]?.roleArn).toBe("arn:aws:iam::222222222222:role/other");
});

test("an execution's input is at most 256 KiB", async () => {
  const { start } = openService(asking);
  await expect(start("run", JSON.stringify("x".repeat(256 * 1024)))).rejects.toEqual(code("InvalidExecutionInput"));
});

describe("a fault of the embedded cloud's own", () => {
  const broken = (name: string) =>
    machine("Wait", {
      Wait: { Type: "Wait", Seconds: 60, Next: "Choose" },
      Choose: {
        Type: "Choice",
        Choices: [{ Condition: "{% $states.input.break %}", Next: name }],
        Default: "Done",
      },
      Done: { Type: "Succeed" },
    });
  // validate() would have refused it.
  const nowhere = "The machine has no state 'Nowhere'; validate() tells before it starts.";
  const failed = (cause: string) => ({
    status: "FAILED",
    error: "States.Runtime",
    cause: `A fault of the embedded cloud: ${cause}`,
  });

  test("of the interpreter ends its execution by name, and whoever waits for the end meets it", async () => {
    const { start } = openService(broken("Nowhere"));
    const [run, other] = [await start("run", '{"break":true}'), await start("other", '{"break":false}')];
    await expect(run.closed).rejects.toThrow(nowhere);
    expect(run.execution).toMatchObject(failed(`Error: ${nowhere}`));
    expect(run.history.at(-1)).toMatchObject({ type: "ExecutionFailed", id: run.history.length });
    await other.closed;
    expect(other.execution.status).toBe("SUCCEEDED");
  });

  test("at the first state does so too", async () => {
    const { start } = openService(machine("Nowhere", {}));
    const run = await start("run");
    await expect(run.closed).rejects.toThrow(nowhere);
    expect(run.execution).toMatchObject(failed(`Error: ${nowhere}`));
  });

  test("of a call ends it so too, whatever its catchers say", async () => {
    const { start } = openService(
      machine("Call", {
        Call: {
          Type: "Task",
          Resource: "arn:aws:states:::lambda:invoke",
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Call" }],
          End: true,
        },
      }),
      { perform: () => Promise.reject(new RangeError("a bug")) },
    );
    const run = await start("run");
    await expect(run.closed).rejects.toThrow("a bug");
    expect(run.execution).toMatchObject(failed("RangeError: a bug"));
  });

  test("of who listens leaves the execution alone", async () => {
    const heard: string[] = [];
    const { start } = openService(broken("Done"), {
      onEvent(_, { type }) {
        heard.push(type);
        if (type === "WaitStateExited") throw new Error("a listener's bug");
      },
    });
    const run = await start("run", '{"break":true}');
    await expect(run.closed).rejects.toThrow("a listener's bug");
    expect(run.execution.status).toBe("SUCCEEDED");
    expect(run.history.map(({ type }) => type)).toEqual(heard);
    expect(heard.at(-1)).toBe("ExecutionSucceeded");
  });
});
