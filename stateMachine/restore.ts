import { flow, phase } from "./asl.ts";
import type { MachineSettings } from "./settings.ts";
import { briefly, execution, invoke, persistently } from "./tasks.ts";

/**
 * Bring the service back to a good release, then smoke it, which shows whether the release or the environment is at fault. It goes on
 * until its deadline whatever fails on the way: giving up early leaves users on a bad release.
 */
export const restore = (settings: MachineSettings) =>
  phase<"Close">()({
    Restore: {
      Type: "Parallel",
      Branches: [branch(settings)],
      Assign: { restored: "{% $states.result[0] %}" },
      Catch: [
        { ErrorEquals: ["States.DataLimitExceeded"], Assign: { restored: notRestored }, Next: "Close" },
        { ErrorEquals: ["States.ALL"], Assign: { restored: notRestored }, Next: "Close" },
      ],
      Next: "Close",
    },
  });

const notRestored = {
  restored: false,
  error: "{% $states.errorOutput.Error %}",
  why: "{% $states.errorOutput.Cause %}",
  verdict: "unknown",
  smoked: "",
};

const branch = (settings: MachineSettings) =>
  flow({
    StartAt: "Restore last good",
    States: {
      "Restore last good": {
        ...invoke(
          settings.functions.deploy,
          {
            action: "restore",
            execution,
            fence: "{% $answer.fence %}",
            since: "{% $restoreSince %}",
            now: "{% $millis() %}",
            target: "{% $answer.target %}",
          },
          60,
        ),
        Retry: persistently("LockLost", "AlreadyGood", "NothingToRestore", "InvalidCall"),
        Assign: { back: "{% $states.result.Payload %}" },
        Next: "Is it restored?",
      },
      "Is it restored?": {
        Type: "Choice",
        Choices: [{ Condition: "{% $back.next = 'wait' %}", Next: "Wait for restore" }],
        // Restored, or given up: either way what users get is smoked.
        Default: "Smoke again",
      },
      "Wait for restore": { Type: "Wait", Seconds: "{% $back.seconds %}", Next: "Restore last good" },
      "Smoke again": {
        ...invoke(
          settings.functions.smoke,
          {
            release: "{% $back.release %}",
            commit: "{% $back.commit %}",
            changedPaths: null,
            smoke: "enforce",
            now: "{% $millis() %}",
          },
          150,
        ),
        Retry: briefly("InvalidCall"),
        Output: {
          ...outcome,
          verdict: "{% $states.result.Payload.verdict %}",
          smoked: "{% $states.result.Payload.why %}",
        },
        // A smoke that can't be done doesn't undo what was restored.
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Output: { ...outcome, verdict: "unknown", smoked: "{% $states.errorOutput.Error %}" },
            Next: "Restore ended",
          },
        ],
        End: true,
      },
      "Restore ended": { Type: "Succeed" },
    },
  });

const outcome = { restored: "{% $back.restored %}", why: "{% $back.why %}", error: "" };
