import { expect, test } from "vitest";
import { validate } from "../../../emulator/asl/validate.ts";

const pass = { Type: "Pass", End: true };
const of = (state: object, more: object = {}) => ({
  QueryLanguage: "JSONata",
  StartAt: "A",
  States: { A: state, ...more },
});

test("a machine of everything that is supported has no problem", () => {
  const task = {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    TimeoutSeconds: "{% 5 %}",
    Arguments: { a: "{% $x %}" },
  };
  const retry = [{ ErrorEquals: ["Busy"], MaxAttempts: 0, JitterStrategy: "FULL" }, { ErrorEquals: ["States.ALL"] }];
  const branch = { StartAt: "B1", States: { B1: { ...task, Retry: retry, Assign: { inner: 1 }, End: true } } };
  const parallel = {
    Type: "Parallel",
    Branches: [branch],
    Catch: [{ ErrorEquals: ["States.ALL"], Assign: { x: 1 }, Next: "C" }],
    Next: "C",
  };
  const choice = { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "D" }], Default: "E" };
  const map = { Type: "Map", ItemProcessor: { StartAt: "D1", States: { D1: pass } }, Items: "{% [1] %}", Next: "E" };
  expect(
    validate(of({ ...task, Next: "B" }, { B: parallel, C: choice, D: map, E: { Type: "Fail", Error: "{% 'No' %}" } })),
  ).toEqual([]);
  // A branch may assign what its own Parallel's catcher assigns: recorded on AWS.
  const own = { StartAt: "B1", States: { B1: { ...pass, Assign: { x: 1 } } } };
  expect(validate(of({ ...parallel, Branches: [own] }, { C: pass }))).toEqual([]);
  // Common to both languages.
  expect(validate({ StartAt: "A", States: { A: { ...pass, QueryLanguage: "JSONata", Output: "{% 1 %}" } } })).toEqual(
    [],
  );
  expect(validate({ StartAt: "A", States: { A: pass } })).toEqual([]);
});

test.each([
  ["definition must be Object, not 5", 5],
  ["definition.States must be given, not missing", { StartAt: "A" }],
  ["definition.StartAt must be given, not missing", { States: { A: pass } }],
  ['definition.StartAt must name a state of its line, not "Z"', { ...of(pass), StartAt: "Z" }],
  ['definition.States.B must be reachable from StartAt, not "B"', of(pass, { B: pass })],
  ['definition.States.A.Next must name a state of its line, not "Gate"', of({ Type: "Pass", Next: "Gate" })],
  ["definition.States.A must have either Next or End: true, not {}", of({ Type: "Pass" })],
  [
    'definition.States.A.Type must be ("Pass" | "Succeed" | "Fail" | "Wait" | "Choice" | "Task" | "Parallel" | "Map"), not "Paas"',
    of({ Type: "Paas", End: true }),
  ],
  [
    'definition.States.A.ResultPath is a JSONPath field, and only JSONata is supported: remove it ("$.x")',
    of({ ...pass, ResultPath: "$.x" }),
  ],
  ["definition.States.A.Timeout is no field that is supported here: remove it (5)", of({ ...pass, Timeout: 5 })],
  [
    'definition.States.A.Output must be JSONata 2.0.6 (S0207: Unexpected end of expression), not "1 +"',
    of({ ...pass, Output: "{% 1 + %}" }),
  ],
  ['definition.States.A.Output.x must end its expression with %}, not "{% 1"', of({ ...pass, Output: { x: "{% 1" } })],
  [
    "definition.States.A.Output must do without $eval, which Step Functions hasn't, not \"$eval('1')\"",
    of({ ...pass, Output: "{% $eval('1') %}" }),
  ],
  ...[
    ["commit", "commit"],
    ["$states.input.x + [1, {'a': y}.y]", "y"],
    ["$exists($x) ? $uppercase(z.z) : 'none'", "z"],
    ["($y := w; $y[v = 1])", "w"],
    ["$$.a", "$$"],
  ].map(([expression, name]): [string, object] => [
    `definition.States.A.Output must do without ${name} at the top level: there is no context, begin with $states or a variable, not "${expression}"`,
    of({ ...pass, Output: `{% ${expression} %}` }),
  ]),
  [
    'definition.States.A.Output must do without $states.errorOutput, which only catchers have, not "$states.errorOutput.Error"',
    of({ ...pass, Output: "{% $states.errorOutput.Error %}" }),
  ],
  [
    'definition.States.A.Choices[0].Condition must be true, false or {% an expression %}, not "$x = 1"',
    of({ Type: "Choice", Choices: [{ Condition: "$x = 1", Next: "B" }] }, { B: pass }),
  ],
  [
    'definition.States.A.Retry must have States.ALL in the last place, not [{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["Busy"]}]',
    of({
      Type: "Task",
      Resource: "arn:x",
      End: true,
      Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["Busy"] }],
    }),
  ],
  [
    'definition.States.A.Catch[0].ErrorEquals must have States.ALL stand alone, not ["States.ALL","Busy"]',
    of({ Type: "Task", Resource: "arn:x", End: true, Catch: [{ ErrorEquals: ["States.ALL", "Busy"], Next: "A" }] }),
  ],
  [
    "definition.States.A.Output must be left to states whose QueryLanguage is JSONata, not 1",
    { StartAt: "A", States: { A: { ...pass, Output: 1 } } },
  ],
  [
    "definition.States.A.HeartbeatSeconds must be less than TimeoutSeconds, not 5",
    of({ Type: "Task", Resource: "arn:x", End: true, TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
  ],
  [
    'definition.States.A must have either Seconds or Timestamp, not {"Type":"Wait","End":true}',
    of({ Type: "Wait", End: true }),
  ],
  [
    'definition.States.A.QueryLanguage must be JSONata, as the machine\'s is, not "JSONPath"',
    of({ ...pass, QueryLanguage: "JSONPath" }),
  ],
  [
    'definition.States.A.ItemProcessor.ProcessorConfig.Mode must be "INLINE", not "DISTRIBUTED"',
    of({
      Type: "Map",
      End: true,
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, StartAt: "B", States: { B: pass } },
    }),
  ],
  [
    'definition.States.A.Branches[0].States.B (variable x) must have a name that no outer scope assigns, not "x"',
    of({
      Type: "Parallel",
      End: true,
      Assign: { x: 1 },
      Branches: [{ StartAt: "B", States: { B: { ...pass, Assign: { x: 2 } } } }],
    }),
  ],
  [
    'definition.States.A.Branches[0].States.A must have a name of its own in the whole machine, not "A"',
    of({ Type: "Parallel", End: true, Branches: [{ StartAt: "A", States: { A: pass } }] }),
  ],
])("%s", (problem, definition) => {
  expect(validate(definition)).toEqual([problem]);
});

test("all problems are told at once", () => {
  expect(validate(of({ Type: "Wait", Seconds: -1, Next: "B", InputPath: "$" }))).toHaveLength(3);
});
