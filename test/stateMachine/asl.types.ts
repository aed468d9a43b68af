/** What must not compile: `npx tsc` reads this file and fails where one of these mistakes no longer is one. */
import { flow, phase, type State } from "../../stateMachine/asl.ts";
import { invoke } from "../../stateMachine/tasks.ts";

export const misspeltNext = flow({
  StartAt: "Wait",
  States: {
    // @ts-expect-error: there is no state of that name.
    Wait: { Type: "Wait", Seconds: 5, Next: "Lok" },
    Look: { Type: "Succeed" },
  },
});

// @ts-expect-error: nor can it start there.
export const misspeltStart = flow({ StartAt: "Lok", States: { Look: { Type: "Succeed" } } });

export const misspeltCatch = flow({
  StartAt: "Call",
  States: {
    // @ts-expect-error: nor can an error lead there.
    Call: { ...invoke("arn", {}, 60), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Fial" }], Next: "Fail" },
    Fail: { Type: "Fail", Error: "Failed", Cause: "it did" },
  },
});

export const unknownExit = phase<"Record">()({
  // @ts-expect-error: a phase leaves through its named exits only.
  Check: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "Record" }], Default: "Elsewhere" },
});

// @ts-expect-error: a JSONPath field.
export const jsonPath: State<"Next"> = { Type: "Pass", ResultPath: "$.result", Next: "Next" };

export const bare: State<"Next"> = {
  Type: "Choice",
  // @ts-expect-error: a condition without braces is text, which AWS refuses.
  Choices: [{ Condition: "$a = 1", Next: "Next" }],
  Default: "Next",
};

// @ts-expect-error: every guard's default refuses, so there must be one.
export const open: State<"Next"> = { Type: "Choice", Choices: [{ Condition: "{% $a = 1 %}", Next: "Next" }] };

// @ts-expect-error: both.
export const both: State<"Next"> = { Type: "Pass", Next: "Next", End: true };

// @ts-expect-error: neither.
export const neither: State<"Next"> = { Type: "Wait", Seconds: 5 };

// @ts-expect-error: a task without a bound could hold the lock for a year.
export const unbounded: State<"Next"> = {
  Type: "Task",
  Resource: "arn:aws:states:::sns:publish",
  Arguments: {},
  End: true,
};
