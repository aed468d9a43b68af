import { expect, test, vi } from "vitest";
import { machine, play } from "../../support/asl.ts";

const computing = (Output: string) => machine("Compute", { Compute: { Type: "Pass", Output, End: true } });

test("a Fail state says what its expressions say", async () => {
  const fail = machine("Stop", {
    Stop: { Type: "Fail", Error: "{% $states.input.ended %}", Cause: "{% 'because ' & $states.input.why %}" },
  });
  const { execution } = await play(fail, { input: { ended: "RolledBack", why: "503" } });
  expect([execution.status, execution.error, execution.cause]).toEqual(["FAILED", "RolledBack", "because 503"]);
});

test("a Choice without a match and without a default fails", async () => {
  const choice = machine("Which", {
    Which: { Type: "Choice", Choices: [{ Condition: "{% $states.input.go %}", Next: "Go" }] },
    Go: { Type: "Succeed" },
  });
  const { execution } = await play(choice, { input: { go: false } });
  expect(execution.error).toBe("States.NoChoiceMatched");
  expect(execution.cause).toContain("executing the state 'Which' (entered at the event id #2)");

  const missing = await play(choice);
  expect(missing.execution.error).toBe("States.QueryEvaluationError");
  expect(missing.execution.cause).toBe(
    "An error occurred while executing the state 'Which' (entered at the event id #2). The JSONata expression '$states.input.go' specified for the field 'Choices[0]/Condition' returned nothing (undefined).",
  );
});

// Recorded: LocalStack's test_assign_reference_variables, test_undefined_reference; what fails later is [unverified].
test("an expression that fails at entry follows what came before the state, one that fails later what came last", async () => {
  const definition = machine("Call", {
    Call: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Output: "{% $states.result.n %}", Next: "Add" },
    Add: { Type: "Pass", Output: "{% $states.input.missing %}", End: true },
  });
  const ids = (run: Awaited<ReturnType<typeof play>>) =>
    run.history.slice(-2).map((e) => [e.type, e.id, e.previousEventId]);
  expect(ids(await play(definition, { answers: [{ output: {} }] }))).toEqual([
    ["EvaluationFailed", 6, 5],
    ["ExecutionFailed", 7, 6],
  ]);
  expect(ids(await play(definition, { answers: [{ output: { n: 1 } }] }))).toEqual([
    ["EvaluationFailed", 8, 6],
    ["ExecutionFailed", 9, 8],
  ]);
});

// Measured on AWS: see compile.ts.
const refused = "threw an error during evaluation:";
const endless = `${refused} Expression evaluation timeout: Check for infinite loop`;
const tooDeep = `${refused} Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive`;
const tooLarge = `${refused} Expression evaluation memory limit exceeded: Check for excessive memory usage`;
const nesting = (depth: number) => `($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(${depth}))`;
const brackets = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
const terms = (count: number) => Array(count).fill("1").join("+");

test.each([
  ["a function that calls itself for ever", "($f := function($n) { $f($n + 1) }; $f(0))", endless],
  ["a map within a map", "$map([1..1000], function($i) { $map([1..1000], function($j) { $i * $j }) })", endless],
  ["a map of a great range", "$map($range(1, 300000, 1), function($i) { $i * $i })", endless],
  ["a function that calls itself in an array", "($f := function($n) { [$n, $f($n + 1)] }; $f(0))", tooDeep],
  ["a function that nests too deep", "($f := function($n) { 1 + $f($n + 1) }; $f(0))", tooDeep],
  ["a function that nests 3n + 5 deep, at n = 32", nesting(32), tooDeep],
  ["101 terms", terms(101), tooDeep],
  ["100 brackets", brackets(100), tooDeep],
  ["101 terms after an array", `([1, 2]; ${terms(101)})`, tooDeep],
  ["101 terms in an object", `{'a': 1, 'b': ${terms(101)}}`, tooDeep],
  ["a list of too many members, which all begin at once", `$count([${Array(101).fill(1)}])`, tooDeep],
  ["a great literal", "[1..873783] ~> $count()", tooLarge],
  ["a great range", "$range(1, 360146, 1)", tooLarge],
  ["a long text", "($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', 23)))", tooLarge],
])("%s is stopped", async (_name, expression, cause) => {
  // The wall's clock stands still: it is not what stops them.
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  const { execution } = await play(computing(`{% ${expression} %}`)).finally(() => clock.mockRestore());
  expect(execution.error).toBe("States.QueryEvaluationError");
  expect(execution.cause).toContain(`'${expression}' specified for the field 'Output' ${cause}`);
});

test.each([
  [terms(100), 100],
  [nesting(31), 31],
  [brackets(99), JSON.parse(brackets(99))],
  [`$count([${Array(49).fill("$uuid()")}])`, 49],
  ["$count($map([1..300], function($i) { {'a': $i, 'b': [$i, [$i, 1]]} }))", 300],
  ["$count([1..300].{'a': $, 'b': [$, $string($)]})", 300],
  ["[1..873782] ~> $count()", 873_782],
  ["$count($range(1, 360145, 1))", 360_145],
  ["($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p('x', 22)))", 2 ** 22],
])("what AWS just about takes is taken: %s", async (expression, output) => {
  expect((await play(computing(`{% ${expression} %}`))).output).toEqual(output);
});

test("an expression of few but slow steps is stopped by the clock", async () => {
  let seconds = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => 1000 * seconds++);
  const { execution } = await play(computing("{% [1, 2, 3, 4, 5, 6] %}")).finally(() => clock.mockRestore());
  expect(execution.cause).toContain(endless);
});

test("there is no $eval, and a function is no result", async () => {
  expect((await play(computing("{% $eval('1') %}"))).execution.cause).toContain(
    "T1006: Attempted to invoke a non-function",
  );
  expect((await play(computing("{% {'f': function($x) { $x }} %}"))).execution.cause).toContain(
    "returned an unsupported result type.",
  );
});

test("a result over 256 KiB fails the task, and a catcher for everything doesn't catch it", async () => {
  const definition = machine("Call", {
    Call: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Call" }],
      End: true,
    },
  });
  const fits = "x".repeat(256 * 1024 - 2);
  expect((await play(definition, { answers: [{ output: fits }] })).execution.status).toBe("SUCCEEDED");
  const { execution, types } = await play(definition, { answers: [{ output: `${fits}x` }] });
  expect(types.at(-2)).toBe("TaskFailed");
  expect([execution.error, execution.cause]).toEqual([
    "States.DataLimitExceeded",
    "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
  ]);
});

test("the history ends with its 25,000th event", async () => {
  const loop = machine("A", { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } });
  const { execution, history } = await play(loop);
  expect(history).toHaveLength(25_000);
  expect(history.at(-1)?.type).toBe("ExecutionFailed");
  expect(execution.cause).toBe("The execution reached the maximum number of history events (25000).");
});

test("the machine's own time-out and StopExecution end it wherever it is, and call everything off", async () => {
  const waiting = machine("Wait", { Wait: { Type: "Wait", Seconds: 3600, End: true } });
  const late = await play({ ...waiting, TimeoutSeconds: 60 });
  expect([late.execution.status, late.types.at(-1), late.took]).toEqual(["TIMED_OUT", "ExecutionTimedOut", 60_000]);
  // Only the event names the error: measured on AWS.
  expect([late.execution.error, late.history.at(-1)?.executionTimedOutEventDetails]).toEqual([
    undefined,
    { error: "States.Timeout" },
  ]);
  const stopped = await play(waiting, { abortAfter: 1000 });
  expect([stopped.execution.status, stopped.took, stopped.left]).toEqual(["ABORTED", 1000, []]);
  expect(stopped.history.at(-1)).toMatchObject({ id: 3, previousEventId: 0, type: "ExecutionAborted" });
});

test("clock, chance and identity come from the execution, so that a run repeats", async () => {
  const output =
    "{% {'now': $now(), 'day': $now('[Y]-[M01]-[D01]'), 'millis': $millis(), 'today': $toMillis('10:30', '[H01]:[m01]'), 'uuid': $uuid(), 'random': [$random(), $random()], 'seeded': $random(7) = $random(7), 'dealt': [$shuffle([1..20])]} %}";
  const [one, other] = [await play(computing(output)), await play(computing(output))];
  expect(one.output).toEqual(other.output);
  expect(one.output).toMatchObject({
    now: "2026-11-23T12:00:00.000Z",
    day: "2026-11-23",
    millis: 1_795_435_200_000,
    today: Date.UTC(2026, 10, 23, 10, 30),
    seeded: true,
  });
  const { uuid, random, dealt } = one.output as { uuid: string; random: [number, number]; dealt: number[] };
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(random[0]).not.toBe(random[1]);
  const ordered = Array.from({ length: 20 }, (_, index) => index + 1);
  expect(dealt).not.toEqual(ordered);
  expect(dealt.toSorted((left, right) => left - right)).toEqual(ordered);
});

test("Step Functions' own functions", async () => {
  const output =
    "{% {'bare': $range(1, 9, 9), 'parse': $parse('{\"a\":[1]}').a, 'partition': $partition([1..5], 2), 'range': [$range(0, 10, 5)], 'hash': $hash('abc', 'SHA-1')} %}";
  expect((await play(computing(output))).output).toEqual({
    bare: 1,
    parse: [1],
    partition: [[1, 2], [3, 4], [5]],
    range: [0, 5, 10],
    hash: "a9993e364706816aba3e25717850c26c9cd0d89d",
  });
});

// Measured on AWS: https://github.com/floci-io/floci/blob/main/docs/services/step-functions.md
test("what Step Functions' own functions make of odd arguments, and what it writes for numbers that JSON hasn't", async () => {
  const odd = [
    "$range(-1.7, 2, 1)",
    "$partition([1, 2, 3], 2.9)",
    "$partition([1, 2])",
    "1 / 0",
    "{'nested': [0 / 0]}",
  ];
  const written = [[-1, 0, 1, 2], [[1, 2], [3]], [[1, 2]], "Infinity", { nested: ["NaN"] }];
  expect((await play(computing(`{% [${odd.map((one) => `[${one}]`).join(", ")}] %}`))).output).toEqual(
    written.map((one) => (Array.isArray(one) ? one : [one])),
  );
  const nothing = [
    "$range(1, 5)",
    "$range(1, 5, 0)",
    "$range(5, 1, 1)",
    "$partition([1], 0)",
    "$hash('a')",
    "$parse()",
  ];
  for (const one of nothing)
    expect((await play(computing(`{% ${one} %}`))).execution.cause).toContain("returned nothing (undefined).");
  expect((await play(computing("{% $parse('no JSON') %}"))).execution.cause).toContain("during evaluation. D3137: ");
});
