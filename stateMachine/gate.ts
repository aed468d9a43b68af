import { jsonata, phase, quoted } from "./asl.ts";
import { inMinutes, me, release } from "./expressions.ts";
import { isOwnGood, mayGoAhead, readLedger, refusals, unreadable } from "./refusals.ts";
import type { MachineSettings } from "./settings.ts";
import { describeExecution, invokeAndWait } from "./tasks.ts";

type Gate = NonNullable<MachineSettings["gate"]>;

/** Environments without a gate: whatever isn't frozen, quarantined or older than what is good may go ahead. */
export const openGate = (settings: MachineSettings) =>
  phase<"Take lock" | "Record">()({
    "Read ledger": { ...readLedger(settings), Next: "May it go ahead?" },
    "May it go ahead?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(mayGoAhead),
          Assign: { lockDeadline: inMinutes(settings.lockWaitMinutes) },
          Next: "Take lock",
        },
        ...refusals,
      ],
      ...unreadable,
      Default: "Record",
    },
  });

/** Evidence that the environment before found this very digest green; then an operator's approval. */
export const approvalGate = (settings: MachineSettings, gate: Gate, ask: string) =>
  phase<"Take lock" | "Record">()({
    "Read ledger": {
      ...readLedger(settings, {
        evidence: jsonata(
          "$exists($states.context.Execution.Input.evidence) ? {'status': 'UNREAD', 'executionArn': $states.context.Execution.Input.evidence.executionArn} : {'status': 'NONE', 'executionArn': null}",
        ),
        evidenceDeadline: inMinutes(2),
      }),
      Next: "Is the evidence green?",
    },
    "Is the evidence green?": {
      Type: "Choice",
      Choices: [
        // Already good here: a redeploy with changed configuration needs no evidence.
        { Condition: jsonata(isOwnGood), Next: "May it go ahead?" },
        { Condition: isGreen(gate), Next: "May it go ahead?" },
        {
          Condition: jsonata("$evidence.status in ['SUCCEEDED', 'RUNNING'] and $not($evidence.candidate = $candidate)"),
          Assign: {
            ended: "InvalidInput",
            why: "candidate differs from the one in the evidence's input: send that one",
          },
          Next: "Record",
        },
        // Dev offers as its last step, and may still be running.
        {
          Condition: jsonata("$evidence.status = 'RUNNING' and $millis() < $evidenceDeadline"),
          Next: "Wait for evidence",
        },
        { Condition: jsonata("$evidence.status = 'UNREAD'"), Next: "Read evidence" },
      ],
      Assign: {
        ended: "NoGreenEvidence",
        why: jsonata(`'no green release of this digest on ${gate.from}: ' & ${whyNotGreen}`),
      },
      Default: "Record",
    },
    "Read evidence": {
      ...describeExecution("{% $evidence.executionArn %}"),
      Assign: {
        evidence: jsonata(`(
          $input := $parse($exists($states.result.Input) ? $states.result.Input : '{}');
          $output := $parse($exists($states.result.Output) ? $states.result.Output : '{}');
          { 'executionArn': $evidence.executionArn, 'status': $states.result.Status, 'machine': $states.result.StateMachineArn,
            'stopped': $states.result.StopDate, 'candidate': $input.candidate, 'ended': $output.ended, 'digest': $output.digest } )`),
      },
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: {
            evidence: jsonata("{'executionArn': $evidence.executionArn, 'status': $states.errorOutput.Error}"),
          },
          Next: "Is the evidence green?",
        },
      ],
      Next: "Is the evidence green?",
    },
    "Wait for evidence": { Type: "Wait", Seconds: 5, Next: "Read evidence" },
    "May it go ahead?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(mayGoAhead),
          Assign: { expiresAt: jsonata(`$fromMillis($millis() + ${gate.expiresAfterHours * 3_600_000})`) },
          Next: "Ask the operators",
        },
        ...refusals,
      ],
      ...unreadable,
      Default: "Record",
    },
    "Ask the operators": {
      ...invokeAndWait(
        ask,
        {
          taskToken: "{% $states.context.Task.Token %}",
          execution: me,
          name: release,
          requestedBy: "{% $requestedBy %}",
          candidate: "{% $candidate %}",
          base: "{% $good %}",
          evidence: "{% $evidence.executionArn %}",
          expiresAt: "{% $expiresAt %}",
        },
        gate.expiresAfterHours * 3600,
      ),
      Assign: { approval: "{% $states.result %}" },
      Catch: [
        {
          ErrorEquals: ["States.Timeout"],
          Assign: { ended: "Expired", why: `nobody answered within ${gate.expiresAfterHours} hours` },
          Next: "Record",
        },
        {
          ErrorEquals: ["States.ALL"],
          Assign: { ended: "Held", why: jsonata("'the operators could not be asked: ' & $states.errorOutput.Error") },
          Next: "Record",
        },
      ],
      Next: "Is it approved?",
    },
    "Is it approved?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(
            "$approval.decision = 'approved' and $type($approval.by) = 'string' and $type($approval.base) = 'string'",
          ),
          Assign: { lockDeadline: inMinutes(settings.lockWaitMinutes) },
          Next: "Take lock",
        },
        {
          Condition: jsonata("$approval.decision = 'superseded'"),
          Assign: { ended: "Superseded", why: jsonata("'a newer candidate was decided on by ' & $approval.by") },
          Next: "Record",
        },
      ],
      Assign: {
        ended: "Rejected",
        why: jsonata(
          "'rejected by ' & ($exists($approval.by) ? $approval.by : 'nobody known') & ': ' & ($exists($approval.reason) ? $approval.reason : 'no reason')",
        ),
      },
      Default: "Record",
    },
  });

const isGreen = (gate: Gate) =>
  jsonata(
    `$evidence.status = 'SUCCEEDED' and $evidence.machine = ${quoted(gate.machineArn)} and $evidence.ended = 'Released' and $evidence.digest = $digest and $evidence.candidate = $candidate and $millis() - $toMillis($evidence.stopped) <= ${gate.evidenceDays * 86_400_000}`,
  );

const whyNotGreen = `($evidence.status = 'NONE' ? 'none was named'
  : $evidence.status = 'SUCCEEDED' ? 'the execution named is another machine’s, ended otherwise, or is too old'
  : 'the execution named is ' & $evidence.status)`;
