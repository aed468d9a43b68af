import { type Flow, flow, jsonata, phase } from "./asl.ts";
import { freeze, quarantine } from "./consequences.ts";
import { me } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { callAgain, invoke } from "./tasks.ts";

/** Outcomes of a change that no user met, and how the execution ends when last-known-good is green. */
const unseen = "{'RedAdmission': 'Refused', 'Refused': 'Refused', 'Held': 'Held', 'DeployFailed': 'DeployFailed'}";
const failed = { ended: "RollbackFailed", why: jsonata("$why & ' — and not restored: ' & $states.errorOutput.Cause") };

/**
 * After a change that isn't green: bring the service back to last-known-good, then smoke it, which tells the release from the world.
 * `outcome` and `restoreDeadline` come from the change.
 */
export const restore = (settings: MachineSettings) =>
  phase<"Record">()({
    Restore: {
      Type: "Parallel",
      Branches: [restoring(settings, "$good")],
      Assign: {
        again: "{% $states.result[0].verdict %}",
        ended: jsonata(
          `$states.result[0].verdict = 'green' ? ($exists($lookup(${unseen}, $outcome)) ? $lookup(${unseen}, $outcome) : 'RolledBack') : 'Held'`,
        ),
        why: jsonata(
          "$states.result[0].verdict = 'green' ? $why : $why & ' — and last-known-good is not green either: ' & $states.result[0].why",
        ),
      },
      Catch: [
        // Another execution has taken the lock over and decides from here on.
        {
          ErrorEquals: ["LockLost"],
          Assign: { ended: "Displaced", why: "another execution took the lock over" },
          Next: "Record",
        },
        // Green through its bake, and only the answer to the write that says so was lost. It names no task definition.
        {
          ErrorEquals: ["AlreadyGood"],
          Assign: { ended: "Released", why: "green, and recorded as good" },
          Next: "Record",
        },
        // The very first release: there is no good one. Where no user met it, nothing was lost.
        {
          ErrorEquals: ["NothingToRestore"],
          Assign: {
            again: "none",
            ended: jsonata(`$exists($lookup(${unseen}, $outcome)) ? $lookup(${unseen}, $outcome) : 'RollbackFailed'`),
          },
          Next: "Is the release to blame?",
        },
        { ErrorEquals: ["States.DataLimitExceeded"], Assign: failed, Next: "Freeze" },
        { ErrorEquals: ["States.ALL"], Assign: failed, Next: "Freeze" },
      ],
      Next: "Is the release to blame?",
    },
    "Is the release to blame?": {
      Type: "Choice",
      Choices: [
        { Condition: jsonata("$ended = 'RollbackFailed'"), Next: "Freeze" },
        // A red verdict, and the good release green in the same world.
        { Condition: jsonata("$outcome in ['RedSmoke', 'RedAdmission'] and $again = 'green'"), Next: "Quarantine" },
      ],
      Default: "Record",
    },
    Quarantine: { ...quarantine(settings), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Record" }], Next: "Record" },
    Freeze: { ...freeze(settings), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Record" }], Next: "Record" },
  });

/** One branch that ends with the smoke's answer once the service is back on `target`, a `Good` in a variable; its failure is an error. */
export const restoring = (settings: MachineSettings, target: "$good" | "$target"): Flow =>
  flow({
    StartAt: "Put back",
    States: {
      "Put back": {
        ...invoke(
          settings.functions.deploy,
          { action: "restore", holder: me, fence: "{% $fence %}", target: jsonata(target) },
          60,
        ),
        // A call that failed on the way must not freeze the environment: each decides from what ECS says now.
        Retry: callAgain("LockLost", "AlreadyGood", "NothingToRestore", "TargetGone", "InvalidCall"),
        Assign: { put: "{% $states.result.Payload %}" },
        Next: "Is it back?",
      },
      "Is it back?": {
        Type: "Choice",
        Choices: [
          { Condition: jsonata("$put.stage = 'back'"), Next: "Smoke again" },
          { Condition: jsonata("$put.stage = 'waiting' and $millis() < $restoreDeadline"), Next: "Wait for restore" },
        ],
        Default: "Not restored",
      },
      "Wait for restore": { Type: "Wait", Seconds: 5, Next: "Put back" },
      "Smoke again": {
        ...invoke(
          settings.functions.smoke,
          { release: jsonata(`${target}.release`), commit: jsonata(`${target}.commit`), changedPaths: null },
          150,
        ),
        Output: { verdict: "{% $states.result.Payload.verdict %}", why: "{% $states.result.Payload.why %}" },
        End: true,
      },
      "Not restored": { Type: "Fail", Error: "NotRestored", Cause: jsonata("'ECS says: ' & $string($put.why)") },
    },
  });
