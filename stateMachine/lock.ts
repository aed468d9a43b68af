import { jsonata, phase } from "./asl.ts";
import { goodOf, me } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { conditionFailed, describeExecution, getItem, updateItem } from "./tasks.ts";

/**
 * One deployment at a time: a conditional write on the environment's one item. The same holder may take it again (a lost response);
 * a holder whose execution is over loses it. `lockDeadline` (milliseconds) was assigned a state earlier.
 */
export const lock = <Locked extends string, Busy extends string>(
  { ledger }: MachineSettings,
  { locked, busy }: { locked: Locked; busy: Busy },
) =>
  phase<"Record" | Locked | Busy>()({
    "Take lock": {
      ...updateItem(ledger, "environment", {
        expression: "SET holder = :me, fence = if_not_exists(fence, :zero) + :one REMOVE #next",
        condition: "attribute_not_exists(holder) OR holder = :me OR holder = :over",
        names: { "#next": "next" },
        values: { ":me": { S: me }, ":over": { S: "{% $over %}" }, ":zero": { N: "0" }, ":one": { N: "1" } },
      }),
      Assign: {
        fence: jsonata("$number($states.result.Attributes.fence.N)"),
        good: goodOf("$states.result.Attributes.good.M"),
        previous: goodOf("$states.result.Attributes.previous.M"),
      },
      Catch: [
        { ErrorEquals: [conditionFailed], Next: "Read holder" },
        {
          ErrorEquals: ["States.ALL"],
          Assign: { ended: "Held", why: jsonata("'the lock could not be taken: ' & $states.errorOutput.Cause") },
          Next: "Record",
        },
      ],
      Next: locked,
    },
    "Read holder": {
      ...getItem(ledger, "environment"),
      // Freed a moment ago: this execution stands in for nobody, is found running, and tries again.
      Assign: {
        holder: jsonata(
          "$exists($states.result.Item.holder.S) ? $states.result.Item.holder.S : $states.context.Execution.Id",
        ),
      },
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: { ended: "Held", why: jsonata("'the ledger could not be read: ' & $states.errorOutput.Cause") },
          Next: "Record",
        },
      ],
      Next: "Look at holder",
    },
    "Look at holder": {
      ...describeExecution("{% $holder %}"),
      Assign: { holderStatus: jsonata("$states.result.Status") },
      Catch: [{ ErrorEquals: ["States.ALL"], Assign: { holderStatus: "UNKNOWN" }, Next: "Is the holder over?" }],
      Next: "Is the holder over?",
    },
    "Is the holder over?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata("$holderStatus in ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']"),
          Assign: { over: jsonata("$holder") },
          Next: "Take lock",
        },
        { Condition: jsonata("$millis() < $lockDeadline"), Next: busy },
      ],
      Assign: { ended: "Busy", why: jsonata("'the environment was held by ' & $holder & ' until the wait was over'") },
      Default: "Record",
    },
    "Wait for lock": { Type: "Wait", Seconds: 10, Next: "Take lock" },
  });

/**
 * Where every merge is released, the newest candidate that waits goes next and older ones end Superseded: the newest marks the
 * environment's item with its sequence, and whoever gets the lock wipes the mark.
 */
export const line = ({ ledger }: MachineSettings) =>
  phase<"Wait for lock" | "Record">()({
    "Wait in line": {
      ...updateItem(ledger, "environment", {
        expression: "SET #next = :sequence",
        condition: "attribute_not_exists(#next) OR #next <= :sequence",
        names: { "#next": "next" },
        values: { ":sequence": { N: jsonata("$string($candidate.sequence)") } },
      }),
      Catch: [
        {
          ErrorEquals: [conditionFailed],
          Assign: { ended: "Superseded", why: "a newer candidate is waiting" },
          Next: "Record",
        },
        {
          ErrorEquals: ["States.ALL"],
          Assign: { ended: "Held", why: jsonata("'the ledger could not be written: ' & $states.errorOutput.Cause") },
          Next: "Record",
        },
      ],
      Next: "Wait for lock",
    },
  });
