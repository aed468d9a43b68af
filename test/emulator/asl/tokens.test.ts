import { expect, test } from "vitest";
import type { Task } from "../../../emulator/asl/definition.ts";
import { waitsFor } from "../../../emulator/asl/execution.ts";
import { advance, start } from "../../../emulator/asl/run.ts";
import { machine, noon, play } from "../../support/asl.ts";

const asking = (more: Partial<Task> = {}) =>
  machine("Ask", {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Arguments: { Payload: { token: "{% $states.context.Task.Token %}" } },
      End: true,
      ...more,
    },
  });

test("the token's answer is the result, not what the call returned", async () => {
  const run = await play(asking(), {
    answers: [{ submitted: { StatusCode: 200 }, token: { output: { decision: "approved" }, after: 5000 } }],
  });
  expect(run.output).toEqual({ decision: "approved" });
  // https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
  expect(run.types.slice(2, -2)).toEqual(["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]);
  const [task] = run.tasks;
  expect(task?.token).toMatch(/^[\w-]{40,1024}$/);
  expect(JSON.parse(task?.arguments ?? "")).toEqual({ Payload: { token: task?.token } });
});

test("each attempt asks with a token of its own", async () => {
  const run = await play(asking({ Retry: [{ ErrorEquals: ["Lost"] }] }), {
    answers: [{ error: "Lost" }, { submitted: 1, token: { output: 1 } }],
  });
  expect(new Set(run.tasks.map(({ token }) => token)).size).toBe(2);
});

test("a question that nobody answers times out after the seconds that an expression says", async () => {
  const definition = asking({
    TimeoutSeconds: "{% $states.input.hours * 3600 %}",
    Catch: [{ ErrorEquals: ["States.Timeout"], Output: "{% $states.errorOutput %}", Next: "Expired" }],
  });
  definition.States.Expired = { Type: "Succeed" };
  const run = await play(definition, { input: { hours: 72 }, answers: [{ submitted: {}, token: { silence: true } }] });
  expect(run.took).toBe(72 * 3_600_000);
  expect(run.output).toEqual({ Error: "States.Timeout", Cause: "" });
  expect(run.history.find(({ type }) => type === "TaskTimedOut")?.taskTimedOutEventDetails).toEqual({
    error: "States.Timeout",
    resource: "invoke.waitForTaskToken",
    resourceType: "lambda",
  });
});

test("an ordinary task times out too", async () => {
  const definition = asking({ Resource: "arn:aws:states:::lambda:invoke", Arguments: {}, TimeoutSeconds: 30 });
  const run = await play(definition);
  expect(run.timers.map((timer) => timer.at)).toEqual([noon + 30_000]);
  expect([run.execution.status, run.execution.error, run.execution.cause]).toEqual([
    "FAILED",
    "States.Timeout",
    undefined,
  ]);
});

// States.HeartbeatTimeout in rules: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
test.each(["States.HeartbeatTimeout", "States.Timeout"])(
  "heartbeats keep a task alive, and %s catches it when they stop",
  async (name) => {
    const definition = asking({
      TimeoutSeconds: 600,
      HeartbeatSeconds: 10,
      Catch: [{ ErrorEquals: [name], Next: "Silent" }],
    });
    definition.States.Silent = { Type: "Succeed" };
    const run = await play(definition, {
      answers: [{ submitted: {}, heartbeats: [8000, 16_000], token: { silence: true } }],
    });
    expect(run.took).toBe(26_000);
    expect(run.execution.status).toBe("SUCCEEDED");
  },
);

test("an answer calls off the heartbeat's timers, old and new", async () => {
  const definition = asking({ TimeoutSeconds: 600, HeartbeatSeconds: 10 });
  const run = await play(definition, {
    answers: [{ submitted: {}, heartbeats: [1000, 2000], token: { output: 1, after: 3000 } }],
  });
  expect([run.execution.status, run.took, run.left]).toEqual(["SUCCEEDED", 3000, []]);
});

test("a task that HeartbeatTimeout names isn't caught by it when it merely takes too long", async () => {
  const run = await play(
    asking({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Ask" }] }),
  );
  expect(run.execution.error).toBe("States.Timeout");
});

test("a late answer changes nothing, and the service can tell that nobody waits for it", async () => {
  const names = {
    executionArn: "arn:aws:states:x:1:execution:m:e",
    name: "e",
    stateMachineArn: "m",
    stateMachineName: "m",
    roleArn: "r",
  };
  const started = await start(asking({ TimeoutSeconds: 5 }), { ...names, input: "{}", at: noon, seed: "s" });
  const timer = started.effects.find((effect) => effect.kind === "timer");
  const task = started.effects.find((effect) => effect.kind === "task");
  if (!timer || !task) throw new Error("expected a task and its timer");
  expect(waitsFor(started.execution, task.task)).toBe(true);
  const closed = await advance(started.execution, { kind: "timer", id: timer.id, at: timer.at });
  expect(closed.effects).toEqual([
    { kind: "cancel", id: task.task },
    { kind: "ended", status: "FAILED" },
  ]);
  expect(waitsFor(closed.execution, task.task)).toBe(false);
  const late = await advance(closed.execution, {
    kind: "taskSucceeded",
    task: task.task,
    output: "1",
    at: timer.at + 1,
  });
  expect(late).toEqual({ execution: closed.execution, events: [], effects: [] });
});
