import { expect, test } from "vitest";
import { machine, play } from "../../support/asl.ts";

const invoke = "arn:aws:states:::lambda:invoke";

test("Assign and Output both see the values at entry; the next state sees the new ones", async () => {
  const counter = machine("First", {
    First: { Type: "Pass", Assign: { count: 1, list: ["a"] }, Next: "Second" },
    Second: { Type: "Pass", Assign: { count: "{% $count + 1 %}" }, Output: { was: "{% $count %}" }, Next: "Third" },
    Third: { Type: "Pass", Output: "{% $states.input.was & ' then ' & $count & $list[0] %}", End: true },
  });
  expect((await play(counter)).output).toBe("1 then 2a");
});

// Recorded: LocalStack's test_assign_base, BASE_EMPTY.
test("an exit that assigns nothing shows no variables, one that assigns something shows them all", async () => {
  const { history } = await play(
    machine("None", {
      None: { Type: "Pass", Assign: {}, Next: "Some" },
      Some: { Type: "Pass", Assign: { a: 1, b: [] }, End: true },
    }),
  );
  const exits = history.filter(({ type }) => type === "PassStateExited");
  const shown = exits.map(({ stateExitedEventDetails: details }) => details?.assignedVariables);
  expect(shown).toEqual([undefined, { a: "1", b: "[]" }]);
});

test("a branch reads outer variables and keeps its own to itself; the Parallel's result is all it hands out", async () => {
  const run = await play(
    machine("Outer", {
      Outer: { Type: "Pass", Assign: { who: "outer" }, Next: "Branches" },
      Branches: {
        Type: "Parallel",
        Branches: ["one", "two"].map((name) => ({
          StartAt: name,
          States: {
            [name]: { Type: "Pass", Assign: { [name]: "{% $who %}" }, Output: `{% $who & ' ${name}' %}`, End: true },
          },
        })),
        Assign: { joined: "{% $join($states.result, ', ') %}" },
        Next: "After",
      },
      After: { Type: "Pass", Output: "{% [$joined, $exists($one)] %}", End: true },
    }),
  );
  expect(run.output).toEqual(["outer one, outer two", false]);
});

test("a Catch on a Parallel assigns the outer scope; nothing of the branch survives but Error and Cause", async () => {
  const run = await play(
    machine("Try", {
      Try: {
        Type: "Parallel",
        Branches: [
          {
            StartAt: "Prepare",
            States: {
              Prepare: { Type: "Pass", Assign: { inside: 1 }, Next: "Deploy" },
              Deploy: { Type: "Task", Resource: invoke, TimeoutSeconds: 5, End: true },
            },
          },
        ],
        Catch: [{ ErrorEquals: ["LockLost"], Assign: { why: "{% $states.errorOutput.Cause %}" }, Next: "Finally" }],
        End: true,
      },
      Finally: { Type: "Pass", Output: "{% [$why, $states.input.Error, $exists($inside)] %}", End: true },
    }),
    { answers: [{ error: "LockLost", cause: "somebody else" }] },
  );
  expect(run.output).toEqual(["somebody else", "LockLost", false]);
  // Recorded for a Parallel whose task fails (LocalStack's test_callback, SQS_PARALLEL_WAIT_FOR_TASK_TOKEN).
  expect(run.history.slice(7, 12).map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
    [8, 7, "TaskStarted"],
    [9, 8, "TaskFailed"],
    [10, 9, "TaskStateAborted"],
    [11, 9, "ParallelStateFailed"],
    [12, 11, "ParallelStateExited"],
  ]);
});

test("the context object tells who runs, where, and which item", async () => {
  const run = await play(
    machine("Each", {
      Each: {
        Type: "Map",
        Items: ["a", "b"],
        ItemProcessor: {
          StartAt: "Look",
          States: { Look: { Type: "Pass", Output: "{% $states.context %}", End: true } },
        },
        Output: "{% $states.result[1] %}",
        End: true,
      },
    }),
    { input: { wanted: true } },
  );
  expect(run.output).toEqual({
    Execution: {
      Id: "arn:aws:states:eu-central-1:111111111111:execution:machine:run",
      Input: { wanted: true },
      StartTime: "2026-11-23T12:00:00.000Z",
      Name: "run",
      RoleArn: "snf_role_arn",
      RedriveCount: 0,
    },
    StateMachine: { Id: "arn:aws:states:eu-central-1:111111111111:stateMachine:machine", Name: "machine" },
    State: { Name: "Look", EnteredTime: "2026-11-23T12:00:00.000Z" },
    Map: { Item: { Index: 1, Value: "b" } },
  });
});
