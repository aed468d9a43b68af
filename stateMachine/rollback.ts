import { jsonata, phase } from "./asl.ts";
import { freeze, quarantine } from "./consequences.ts";
import { goodMap, inMinutes, me } from "./expressions.ts";
import { restoring } from "./restore.ts";
import type { MachineSettings } from "./settings.ts";
import { callAgain, invoke, updateItem } from "./tasks.ts";

/**
 * An operator's rollback. First, without the lock, stop what is being deployed: the release sees it and ends RolledBack. If nothing
 * was, last-known-good is the bad one: go to the good one before it, or to `to`, and quarantine the current.
 */
export const stopFirst = (settings: MachineSettings) =>
  phase<"Take lock">()({
    "Stop deployment": {
      ...invoke(settings.functions.deploy, { action: "stop" }, 60),
      Retry: callAgain(),
      Assign: { stopped: "{% $states.result.Payload.stopped %}", lockDeadline: inMinutes(settings.lockWaitMinutes) },
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: { stopped: false, lockDeadline: inMinutes(settings.lockWaitMinutes) },
          Next: "Take lock",
        },
      ],
      Next: "Take lock",
    },
  });

export const rollback = (settings: MachineSettings) =>
  phase<"Record">()({
    "Which release is the target?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(
            "$exists($good.commit) and ($to = '' ? $stopped = true : $substring($good.commit, 0, $length($to)) = $to)",
          ),
          Assign: { target: "{% $good %}", candidate: "{% $good %}", restoreDeadline: inMinutes(30) },
          Next: "Restore",
        },
        {
          Condition: jsonata(
            "$exists($previous.commit) and ($to = '' ? true : $substring($previous.commit, 0, $length($to)) = $to)",
          ),
          Assign: {
            target: "{% $previous %}",
            candidate: "{% $previous %}",
            digest: "{% $good.digest %}",
            restoreDeadline: inMinutes(30),
          },
          Next: "Restore",
        },
      ],
      Assign: {
        ended: "InvalidInput",
        why: jsonata(
          "'rollback.to must be the commit of the good release or of the one before it, not ' & ($to = '' ? 'nothing (there is none before it)' : $to)",
        ),
      },
      Default: "Record",
    },
    Restore: {
      Type: "Parallel",
      Branches: [restoring(settings, "$target")],
      Assign: {
        again: "{% $states.result[0].verdict %}",
        why: jsonata("$reason & '; back on ' & $substring($target.commit, 0, 7) & ': ' & $states.result[0].why"),
      },
      Catch: [
        {
          ErrorEquals: ["LockLost"],
          Assign: { ended: "Displaced", why: "another execution took the lock over" },
          Next: "Record",
        },
        { ErrorEquals: ["States.DataLimitExceeded"], Assign: failed, Next: "Freeze" },
        { ErrorEquals: ["States.ALL"], Assign: failed, Next: "Freeze" },
      ],
      Next: "Is the target green?",
    },
    "Is the target green?": {
      Type: "Choice",
      Choices: [{ Condition: jsonata("$again = 'green'"), Assign: { ended: "Restored" }, Next: "Record restored" }],
      Assign: { ended: "RollbackFailed" },
      Default: "Freeze",
    },
    "Record restored": {
      ...updateItem(settings.ledger, "environment", {
        expression: "SET good = :target, previous = :previous, mustContain = :mustContain REMOVE frozen",
        condition: "holder = :me AND fence = :fence",
        values: {
          ":me": { S: me },
          ":fence": { N: jsonata("$string($fence)") },
          ":target": jsonata(goodMap("$target")),
          // What was left is no place to go back to.
          ":previous": jsonata(
            `$target.taskDefinition = $good.taskDefinition and $exists($previous.commit) ? ${goodMap("$previous")} : {'NULL': true}`,
          ),
          // A hotfix that was rolled back need not be contained any longer; one that is back again must be.
          ":mustContain": { S: jsonata("$target.hotfix = true ? $target.commit : ''") },
        },
      }),
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: failed, Next: "Freeze" }],
      Next: "Was another one left?",
    },
    "Was another one left?": {
      Type: "Choice",
      Choices: [{ Condition: jsonata("$length($digest) > 0"), Next: "Quarantine" }],
      Default: "Record",
    },
    Quarantine: { ...quarantine(settings), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Record" }], Next: "Record" },
    Freeze: { ...freeze(settings), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Record" }], Next: "Record" },
  });

const failed = { ended: "RollbackFailed", why: jsonata("'not restored: ' & $states.errorOutput.Cause") };
