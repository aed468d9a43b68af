import type { Ended } from "../contract/ends.ts";
import type { Lane } from "../contract/execution.ts";
import { phase } from "./asl.ts";
import type { MachineSettings } from "./settings.ts";
import { briefly, callGate, persistently } from "./tasks.ts";

/** The gate's answer names what comes next. */
export const next = (name: string) => `{% $answer.next = '${name}' %}` as const;

export const lockSince = { lockSince: "{% $millis() %}" };

/** Variables that later states read whatever way the execution takes. */
const unknown = {
  failure: null,
  restored: null,
  lockSince: 0,
  left: { taskDefinition: null, digest: null, commit: null },
  end: { ended: "Unavailable" satisfies Ended, why: "the gate gave no answer" },
};
const caught = { answer: { next: "none" }, failure: "{% $states.errorOutput %}" };

export const admit = (settings: MachineSettings, lane: Lane, more = {}) =>
  phase<"May it go ahead?" | "Close">()({
    Admit: {
      ...callGate(settings.functions.gate, "admit", lane, more),
      Retry: briefly("InvalidCall"),
      Assign: { ...unknown, answer: "{% $states.result.Payload %}" },
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: { ...unknown, ...caught }, Next: "Close" }],
      Next: "May it go ahead?",
    },
  });

export const takeLock = (settings: MachineSettings, lane: Lane, more = {}) =>
  phase<"May it go ahead?" | "Close">()({
    "Take lock": {
      ...callGate(settings.functions.gate, "lock", lane, {
        since: "{% $lockSince %}",
        failure: "{% $failure %}",
        ...more,
      }),
      Retry: persistently("InvalidCall"),
      Assign: { answer: "{% $states.result.Payload %}" },
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: caught, Next: "Close" }],
      Next: "May it go ahead?",
    },
    // For evidence or for the lock: the answer says for how long, and what comes after.
    Wait: {
      Type: "Wait",
      Seconds: "{% $answer.seconds %}",
      Assign: { answer: { next: "{% $answer.after %}" } },
      Next: "May it go ahead?",
    },
  });

/** Nothing here may keep the lock for ever: of an execution that is over, the next one takes it. */
export const close = (settings: MachineSettings, lane: Lane, more = {}) =>
  phase<"How did it end?" | "NotReleased">()({
    Close: {
      ...callGate(settings.functions.gate, "close", lane, {
        answer: "{% $answer %}",
        failure: "{% $failure %}",
        restored: "{% $restored %}",
        ...more,
      }),
      Retry: persistently("InvalidCall"),
      Assign: { end: "{% $states.result.Payload %}" },
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "NotReleased" }],
      Next: "How did it end?",
    },
  });

export const ended = (end: Ended) => `{% $end.ended = '${end}' %}` as const;

export const failed = phase<never>()({
  RollbackFailed: { Type: "Fail", Error: "RollbackFailed" satisfies Ended, Cause: "{% $end.why %}" },
  NotReleased: { Type: "Fail", Error: "{% $end.ended %}", Cause: "{% $end.why %}" },
});

export const releaseEnds = phase<never>()({
  "How did it end?": {
    Type: "Choice",
    Choices: [
      { Condition: ended("Released"), Next: "Released" },
      { Condition: ended("RolledBack"), Next: "RolledBack" },
      { Condition: ended("RollbackFailed"), Next: "RollbackFailed" },
    ],
    Default: "NotReleased",
  },
  Released: { Type: "Succeed", Output: "{% $end %}" },
  RolledBack: { Type: "Fail", Error: "RolledBack" satisfies Ended, Cause: "{% $end.why %}" },
  ...failed,
});
