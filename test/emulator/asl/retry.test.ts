import { expect, test } from "vitest";
import type { Retrier, Task } from "../../../emulator/asl/definition.ts";
import { type Answer, machine, play } from "../../support/asl.ts";

const calling = (Retry: Retrier[], more: Partial<Task> = {}) =>
  machine("Call", {
    Call: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { attempt: "{% $states.context.State.RetryCount %}" },
      Retry,
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
      Next: "Done",
      ...more,
    },
    Done: { Type: "Succeed", Output: "done" },
    Caught: { Type: "Succeed", Output: "{% 'caught ' & $states.input.Error %}" },
  });
const fails = (error: string, times: number): Answer[] => Array(times).fill({ error });

test("the interval grows by the rate up to the longest delay, then the catcher has its turn", async () => {
  const definition = calling([
    { ErrorEquals: ["Busy"], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 10, MaxAttempts: 4 },
  ]);
  const run = await play(definition, { answers: fails("Busy", 5) });
  expect(run.timers.map(({ at }, position) => at - (run.timers[position - 1]?.at ?? at - 2000))).toEqual([
    2000, 6000, 10_000, 10_000,
  ]);
  expect(run.took).toBe(28_000);
  expect(run.output).toBe("caught Busy");
  expect(run.tasks.map((task) => JSON.parse(task.arguments).attempt)).toEqual([0, 1, 2, 3, 4]);
});

test("a retry adds no event of its own: TaskScheduled follows TaskFailed", async () => {
  const run = await play(calling([{ ErrorEquals: ["Busy"] }]), { answers: [{ error: "Busy" }, { output: 1 }] });
  expect(run.types).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    ...["TaskScheduled", "TaskStarted", "TaskFailed"],
    ...["TaskScheduled", "TaskStarted", "TaskSucceeded"],
    ...["TaskStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"],
  ]);
  expect(run.history.map(({ previousEventId }) => previousEventId)).toEqual([0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("each retrier counts on its own, and a state starts to count anew when it is entered again", async () => {
  const each = [
    { ErrorEquals: ["Busy"], MaxAttempts: 1 },
    { ErrorEquals: ["Slow"], MaxAttempts: 1 },
  ];
  const answers = [...fails("Busy", 1), ...fails("Slow", 1), ...fails("Busy", 1)];
  expect((await play(calling(each), { answers })).output).toBe("caught Busy");

  const loop = calling([{ ErrorEquals: ["Busy"], MaxAttempts: 1 }], {
    Next: "Call",
    Catch: [{ ErrorEquals: ["Stop"], Next: "Caught" }],
  });
  const twice: Answer[] = [{ error: "Busy" }, { output: 1 }, { error: "Busy" }, { error: "Stop" }];
  expect(
    (await play({ ...loop, States: { Call: loop.States.Call!, Caught: loop.States.Caught! } }, { answers: twice }))
      .output,
  ).toBe("caught Stop");
});

test("full jitter waits somewhere up to the delay, and the same seed waits the same", async () => {
  const definition = calling([{ ErrorEquals: ["Busy"], IntervalSeconds: 100, JitterStrategy: "FULL", MaxAttempts: 2 }]);
  const [one, other] = [
    await play(definition, { answers: fails("Busy", 3) }),
    await play(definition, { answers: fails("Busy", 3) }),
  ];
  expect(one.took).toBe(other.took);
  expect(one.took).toBeGreaterThan(0);
  expect(one.took).toBeLessThan(300_000);
});

test.each([
  ["States.ALL", "Anything", true],
  ["States.ALL", "States.Timeout", true],
  ["States.ALL", "States.Runtime", false],
  ["States.ALL", "States.DataLimitExceeded", false],
  ["States.DataLimitExceeded", "States.DataLimitExceeded", true],
  ["States.TaskFailed", "Anything", true],
  ["States.TaskFailed", "States.Timeout", false],
  ["Anything", "Something", false],
])("a catcher for %s and the error %s: caught = %s", async (wanted, error, caught) => {
  const { execution } = await play(calling([], { Catch: [{ ErrorEquals: [wanted], Next: "Caught" }] }), {
    answers: [{ error }],
  });
  expect(execution.status).toBe(caught ? "SUCCEEDED" : "FAILED");
  expect(execution.error).toBe(caught ? undefined : error);
});

test("a Map is retried whole, and its failure is recorded only when it is final", async () => {
  const run = await play(
    machine("Each", {
      Each: {
        Type: "Map",
        Items: [1],
        ItemProcessor: { StartAt: "No", States: { No: { Type: "Fail", Error: "No" } } },
        Retry: [{ ErrorEquals: ["No"], MaxAttempts: 1 }],
        End: true,
      },
    }),
  );
  const attempt = ["MapStateStarted", "MapIterationStarted", "FailStateEntered", "MapIterationFailed"];
  expect(run.types).toEqual([
    "ExecutionStarted",
    "MapStateEntered",
    ...attempt,
    ...attempt,
    "MapStateFailed",
    "ExecutionFailed",
  ]);
});
