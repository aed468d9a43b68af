import type { Lane } from "../contract/execution.ts";
import { type Definition, flow } from "./asl.ts";
import { change } from "./change.ts";
import { admit, close, ended, failed, lockSince, next, releaseEnds, takeLock } from "./phases.ts";
import { restore } from "./restore.ts";
import type { MachineSettings } from "./settings.ts";
import { invoke, invokeAndWait } from "./tasks.ts";

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
          // For half an hour: a mail service that is out must not end a release that nobody could be asked about.
          {
            ErrorEquals: ["States.TaskFailed"],
            IntervalSeconds: 5,
            BackoffRate: 2,
            MaxDelaySeconds: 60,
            MaxAttempts: 30,
          },
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

/** Seconds: every wait that the configuration allows, one after the other, and two hours for calls that have to be repeated. */
const longest = ({ expiresAfterHours, lockWaitMinutes, scaleUpMinutes, bakeMinutes }: MachineSettings): number =>
  expiresAfterHours * 3600 + (lockWaitMinutes + 2 * scaleUpMinutes + 2 * bakeMinutes + 30 + 30 + 240) * 60;
