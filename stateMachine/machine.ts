import type { Ended } from "../contract/ends.ts";
import type { Lane } from "../contract/execution.ts";
import { type Definition, flow, phase } from "./asl.ts";
import { change } from "./change.ts";
import { restore } from "./restore.ts";
import type { MachineSettings } from "./settings.ts";
import { briefly, callGate, invoke, invokeAndWait, persistently } from "./tasks.ts";

/**
 * One of an environment's machines, as JSON for `CreateStateMachine`. Pure: the same settings give the same definition. The machines
 * sequence, wait, retry and catch; what comes next is what the functions answer.
 */
export function machine(lane: Lane, settings: MachineSettings): Definition {
  const gated = lane === "release" && settings.functions.ask;
  const definitions = {
    release: gated ? gatedRelease(settings, gated) : openRelease(settings, "release"),
    emergency: openRelease(settings, "emergency"),
    rollback: rollback(settings),
  };
  return {
    Comment: `${settings.project} ${settings.environment} ${lane}`,
    QueryLanguage: "JSONata",
    TimeoutSeconds: longest(settings),
    ...definitions[lane],
  };
}

/** A release that nobody is asked about: where there is no gate, and in an emergency. */
const openRelease = (settings: MachineSettings, lane: "release" | "emergency") =>
  flow({
    StartAt: "Admit",
    States: {
      ...admit(settings, lane),
      "May it go ahead?": {
        Type: "Choice",
        Choices: [
          { Condition: next("lock"), Assign: lockSince, Next: "Take lock" },
          { Condition: next("lock again"), Next: "Take lock" },
          { Condition: next("wait"), Next: "Wait" },
          { Condition: next("change"), Next: "Change" },
        ],
        Default: "Close",
      },
      ...takeLock(settings, lane),
      ...change(settings, lane),
      ...restore(settings),
      ...close(settings, lane),
      ...releaseEnds,
    },
  });

/** A release that takes evidence of another environment, and the operators' approval. */
const gatedRelease = (settings: MachineSettings, ask: string) =>
  flow({
    StartAt: "Admit",
    States: {
      ...admit(settings, "release"),
      "May it go ahead?": {
        Type: "Choice",
        Choices: [
          { Condition: next("ask"), Next: "Ask operators" },
          { Condition: next("admit"), Next: "Admit" },
          { Condition: next("lock again"), Next: "Take lock" },
          { Condition: next("wait"), Next: "Wait" },
          { Condition: next("change"), Next: "Change" },
        ],
        Default: "Close",
      },
      "Ask operators": {
        ...invokeAndWait(
          ask,
          { taskToken: "{% $states.context.Task.Token %}", question: "{% $answer.question %}" },
          settings.expiresAfterHours * 3600,
        ),
        Retry: [
          { ErrorEquals: ["States.Timeout", "AlreadyDecided", "InvalidCall"], MaxAttempts: 0 },
          { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 6 },
        ],
        Assign: lockSince,
        // A decision may be stored that was never delivered: the lock's rules read it.
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Assign: { ...lockSince, failure: "{% $states.errorOutput %}" },
            Next: "Take lock",
          },
        ],
        Next: "Take lock",
      },
      ...takeLock(settings, "release"),
      ...change(settings, "release"),
      ...restore(settings),
      ...close(settings, "release"),
      ...releaseEnds,
    },
  });

/** An operator's rollback. */
const rollback = (settings: MachineSettings) =>
  flow({
    StartAt: "Look at service",
    States: {
      "Look at service": {
        ...invoke(settings.functions.deploy, { action: "survey" }, 60),
        Assign: { service: "{% $states.result.Payload %}" },
        // The ledger alone then says what is to be left.
        Catch: [{ ErrorEquals: ["States.ALL"], Assign: { service: null }, Next: "Admit" }],
        Next: "Admit",
      },
      ...admit(settings, "rollback", { service: "{% $service %}" }),
      "May it go ahead?": {
        Type: "Choice",
        Choices: [
          {
            Condition: next("lock"),
            Assign: { ...lockSince, left: "{% $answer.left %}" },
            Next: "Take lock",
          },
          { Condition: next("lock again"), Next: "Take lock" },
          { Condition: next("wait"), Next: "Wait" },
          { Condition: next("restore"), Assign: { restoreSince: "{% $millis() %}" }, Next: "Restore" },
        ],
        Default: "Close",
      },
      ...takeLock(settings, "rollback", { left: "{% $left %}" }),
      ...restore(settings),
      ...close(settings, "rollback", { left: "{% $left %}" }),
      "How did it end?": {
        Type: "Choice",
        Choices: [
          { Condition: ended("Restored"), Next: "Restored" },
          { Condition: ended("RollbackFailed"), Next: "RollbackFailed" },
        ],
        Default: "NotReleased",
      },
      Restored: { Type: "Succeed", Output: "{% $end %}" },
      ...failed,
    },
  });

const next = (name: string) => `{% $answer.next = '${name}' %}` as const;

const lockSince = { lockSince: "{% $millis() %}" };

/** Variables that later states read whatever way the execution takes. */
const unknown = {
  failure: null,
  restored: null,
  lockSince: 0,
  left: { taskDefinition: null, digest: null, commit: null },
  end: { ended: "Unavailable" satisfies Ended, why: "the gate gave no answer" },
};
const caught = { answer: { next: "none" }, failure: "{% $states.errorOutput %}" };

const admit = (settings: MachineSettings, lane: Lane, more = {}) =>
  phase<"May it go ahead?" | "Close">()({
    Admit: {
      ...callGate(settings.functions.gate, "admit", lane, more),
      Retry: briefly("InvalidCall"),
      Assign: { ...unknown, answer: "{% $states.result.Payload %}" },
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: { ...unknown, ...caught }, Next: "Close" }],
      Next: "May it go ahead?",
    },
  });

const takeLock = (settings: MachineSettings, lane: Lane, more = {}) =>
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
const close = (settings: MachineSettings, lane: Lane, more = {}) =>
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

const ended = (end: Ended) => `{% $end.ended = '${end}' %}` as const;

const failed = phase<never>()({
  RollbackFailed: { Type: "Fail", Error: "RollbackFailed" satisfies Ended, Cause: "{% $end.why %}" },
  NotReleased: { Type: "Fail", Error: "{% $end.ended %}", Cause: "{% $end.why %}" },
});

const releaseEnds = phase<never>()({
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

/** Seconds: every wait that the configuration allows, one after the other, and two hours for calls that have to be repeated. */
const longest = ({ expiresAfterHours, lockWaitMinutes, scaleUpMinutes, bakeMinutes }: MachineSettings): number =>
  expiresAfterHours * 3600 + (lockWaitMinutes + 2 * scaleUpMinutes + 2 * bakeMinutes + 30 + 30 + 240) * 60;
