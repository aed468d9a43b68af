import { describe, expect, test } from "vitest";
import type { Definition } from "../../../emulator/asl/definition.ts";
import { machine, play } from "../../support/asl.ts";
import { openService } from "./support/service.ts";

const invoke = "arn:aws:states:::lambda:invoke";
const calling = (Resource: string, Arguments = "{% {} %}") =>
  machine("Call", { Call: { Type: "Task", Resource, Arguments, TimeoutSeconds: 60, End: true } });
const computing = (Output: string) => machine("Compute", { Compute: { Type: "Pass", Output, End: true } });
const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;

// Past 10,000 levels Node's JSON.stringify overflows the stack.
describe.each([4_000, 100_000])("data nested %d levels deep", (levels) => {
  test("as a task's result fails its execution by name, and the next one goes on", async () => {
    const results = [nested(levels), "{}"];
    const { start } = openService(calling(invoke), { perform: async () => results.shift() ?? "" });
    const [deep, plain] = [await start("deep"), await start("plain")];
    await Promise.all([deep.closed, plain.closed]);
    expect(deep.execution).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: "The state/task 'lambda' returned a result that is nested deeper than 1000 levels.",
    });
    expect(deep.history.map(({ type }) => type).slice(-2)).toEqual(["TaskFailed", "ExecutionFailed"]);
    expect(plain.execution.status).toBe("SUCCEEDED");
  });

  test("as a token's answer does the same", async () => {
    const { start, calls, succeed } = openService(calling(`${invoke}.waitForTaskToken`));
    const [deep, plain] = [await start("deep"), await start("plain")];
    await succeed(calls[0]!.token, nested(levels));
    await succeed(calls[1]!.token, "1");
    expect(deep.execution).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(plain.execution).toMatchObject({ status: "SUCCEEDED", output: "1" });
  });

  test("as an input is refused, and the name stays free", async () => {
    const { start } = openService(computing("{% $states.input %}"));
    await expect(start("run", nested(levels))).rejects.toMatchObject({
      code: "InvalidExecutionInput",
      message: "Invalid State Machine Execution Input: 'nested deeper than 1000 levels'",
    });
    expect((await start("run", "[1]")).execution.output).toBe("[1]");
  });

  test("is no text for $parse", async () => {
    const run = await play(computing("{% $count($parse($states.input)) %}"), { input: nested(levels) });
    expect(run.execution).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
    expect(run.execution.cause).toContain("D3137: $parse: the text is nested deeper than 1000 levels");
  });
});

test.each(["[[$inner]]", "{'inner': $inner}"])(
  "an expression that nests %s too often fails its state",
  async (nest) => {
    const folded = (times: number) => computing(`{% $reduce([0..${times}], function($inner, $_) { ${nest} }) %}`);
    expect((await play(folded(999))).execution.status).toBe("SUCCEEDED");
    for (const times of [1_001, 15_000]) {
      const { execution } = await play(folded(times));
      expect(execution).toMatchObject({ status: "FAILED", error: "States.QueryEvaluationError" });
      expect(execution.cause).toContain("specified for the field 'Output' returned data that is nested deeper than");
    }
  },
);

test("a result that each round puts into another list fails once it is too deep", async () => {
  const { execution } = await play(
    machine("Wrap", {
      Wrap: {
        Type: "Parallel",
        Branches: [{ StartAt: "Hand on", States: { "Hand on": { Type: "Pass", End: true } } }],
        Next: "Wrap",
      },
    }),
  );
  expect(execution).toMatchObject({
    status: "FAILED",
    error: "States.Runtime",
    cause: "The state/task 'Wrap' returned a result that is nested deeper than 1000 levels.",
  });
});

test("brackets within strings don't nest", async () => {
  const text = `\\"${nested(2_000)}\\\\`;
  const { output } = await play(computing(`{% ["${text}", "[", $states.input] %}`), { input: nested(2_000) });
  expect(output).toEqual([`"${nested(2_000)}\\`, "[", nested(2_000)]);
});

test("a task's arguments are at most 256 KiB", async () => {
  const called = (length: number) => play(calling(invoke, "{% $states.input %}"), { input: "x".repeat(length - 2) });
  expect((await called(256 * 1024)).tasks).toHaveLength(1);
  const { execution, tasks } = await called(256 * 1024 + 1);
  expect(tasks).toEqual([]);
  expect(execution).toMatchObject({
    error: "States.DataLimitExceeded",
    cause: "The state/task 'Call' provided parameters with a size exceeding the maximum number of bytes service limit.",
  });
});

describe("variables", () => {
  const tooLong = (state: string) => ({
    status: "FAILED",
    error: "States.DataLimitExceeded",
    cause: `The state/task '${state}' assigned variables with a size exceeding the maximum number of bytes service limit.`,
  });
  /** JSON text of so many bytes, in half as many characters. */
  const umlauts = (bytes: number) => "ü".repeat(bytes / 2 - 1);
  const assigning = (Assign: Record<string, string>, next?: string) =>
    ({ Type: "Pass", Assign, Output: {}, ...(next === undefined ? { End: true } : { Next: next }) }) as const;

  test("of one Assign are at most 256 KiB together", async () => {
    const keep = (bytes: number) =>
      play(machine("Keep", { Keep: assigning({ a: umlauts(bytes), b: umlauts(bytes) }) }));
    expect((await keep(130_000)).execution.status).toBe("SUCCEEDED");
    expect((await keep(132_000)).execution).toMatchObject(tooLong("Keep"));
  });

  // 41 of them fit, 42 don't.
  const text = umlauts(250_000);
  const many = Array.from({ length: 41 }, (_, index) => `Keep ${index}`);
  const full = (then: Definition["States"]): Definition => {
    const [next] = Object.keys(then);
    const states = many.map((name, index) => [name, assigning({ [`v${index}`]: text }, many[index + 1] ?? next)]);
    return machine("Keep 0", { ...Object.fromEntries(states), ...then });
  };

  test("of an execution are at most 10 MiB; one that is assigned anew counts once", async () => {
    const again = await play(
      full({ Again: assigning({ v0: text }, "Once more"), "Once more": assigning({ w: text }) }),
    );
    expect(again.execution).toMatchObject(tooLong("Once more"));
  });

  test("of a branch count with those around it, until the branch has ended", async () => {
    const branches = (bytes: number): Definition["States"] => ({
      Both: {
        Type: "Parallel",
        Branches: [{ StartAt: "In a branch", States: { "In a branch": assigning({ w: umlauts(bytes) }) } }],
        Next: "After it",
      },
      "After it": assigning({ x: umlauts(200_000) }),
    });
    expect((await play(full(branches(240_000)))).execution).toMatchObject(tooLong("In a branch"));
    expect((await play(full(branches(200_000)))).execution.status).toBe("SUCCEEDED");
  });
});
