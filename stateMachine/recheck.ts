import { jsonata, phase } from "./asl.ts";
import { base } from "./expressions.ts";
import { mayGoAhead, readLedger, refusals, unreadable } from "./refusals.ts";
import type { MachineSettings } from "./settings.ts";

/**
 * Under the lock the world may have moved on since the gate was passed, for days where an answer was waited for: everything is asked
 * again, and the base must be the one that was approved. Redriven executions re-enter half-way and stop here.
 */
export const recheck = <Wanted extends string>(settings: MachineSettings, wanted: Wanted) =>
  phase<Wanted | "Record">()({
    "Read ledger again": { ...readLedger(settings), Next: "Is it still wanted?" },
    "Is it still wanted?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(
            `${mayGoAhead} and ${settings.gate ? `$approval.base = ${base}` : "true"} and ${notRedriven}`,
          ),
          Next: wanted,
        },
        ...refusals,
        {
          Condition: jsonata("$read = true"),
          Assign: {
            ended: "BaseChanged",
            why: "the environment changed since this release was approved, or the execution was redriven: start it again",
          },
          Next: "Record",
        },
      ],
      ...unreadable,
      Default: "Record",
    },
  });

// Absent is 0: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
const notRedriven =
  "($exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount = 0 : true)";
