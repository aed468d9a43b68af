import { expect, test } from "vitest";
import { machine, play } from "../../support/asl.ts";

const call = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", TimeoutSeconds: 60, End: true } as const;
const line = (history: { id: number; previousEventId: number; type: string }[]) =>
  history.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);

test("one branch fails: the others are cut off, their tasks and timers called off", async () => {
  const run = await play(
    machine("Both", {
      Both: {
        Type: "Parallel",
        End: true,
        Branches: [
          { StartAt: "A", States: { A: call } },
          { StartAt: "B", States: { B: { Type: "Wait", Seconds: 3600, End: true } } },
        ],
      },
    }),
    { answers: [{ error: "No", after: 1000 }] },
  );
  expect([run.took, run.left]).toEqual([1000, []]);
  expect([run.execution.status, run.execution.error]).toEqual(["FAILED", "No"]);
  expect(line(run.history.slice(2))).toEqual([
    "3<2 ParallelStateStarted",
    "4<3 TaskStateEntered",
    "5<4 TaskScheduled",
    "6<3 WaitStateEntered",
    "7<5 TaskStarted",
    "8<7 TaskFailed",
    "9<8 TaskStateAborted",
    "10<8 WaitStateAborted",
    "11<8 ParallelStateFailed",
    "12<11 ExecutionFailed",
  ]);
});

test("a Map keeps its concurrency, and its results keep the order of its items", async () => {
  const run = await play(
    machine("Each", {
      Each: {
        Type: "Map",
        Items: ["a", "b", "c"],
        MaxConcurrency: 2,
        End: true,
        ItemProcessor: { StartAt: "Call", States: { Call: call } },
      },
    }),
    {
      answers: [
        { output: "slow", after: 9000 },
        { output: "quick", after: 1000 },
        { output: "last", after: 1000 },
      ],
    },
  );
  expect(run.tasks.map((task) => JSON.parse(task.arguments))).toEqual(["a", "b", "c"]);
  expect(run.output).toEqual(["slow", "quick", "last"]);
  expect(run.took).toBe(9000);
});

test("a Succeed within a branch ends the branch only; an empty Map gives an empty result", async () => {
  const run = await play(
    machine("Both", {
      Both: {
        Type: "Parallel",
        Next: "After",
        Branches: [
          { StartAt: "Stop", States: { Stop: { Type: "Succeed", Output: 1 } } },
          {
            StartAt: "None",
            States: {
              None: {
                Type: "Map",
                Items: [],
                End: true,
                ItemProcessor: { StartAt: "X", States: { X: { Type: "Pass", End: true } } },
              },
            },
          },
        ],
      },
      After: { Type: "Pass", End: true },
    }),
  );
  expect(run.output).toEqual([1, []]);
  expect(run.types.at(-2)).toBe("PassStateExited");
});
