import { type ChoiceRule, jsonata, phase, quoted } from "./asl.ts";
import { base, goodOf, inMinutes, me, release } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { batchGetItem, describeExecution, invokeAndWait } from "./tasks.ts";

type Gate = NonNullable<MachineSettings["gate"]>;

/** Environments without a gate: whatever isn't frozen, quarantined or older than what is good may go ahead. */
export const openGate = (settings: MachineSettings) =>
  phase<"Take lock" | "Record">()({
    "Read ledger": { ...readLedger(settings), Next: "May it go ahead?" },
    "May it go ahead?": {
      Type: "Choice",
      Choices: [
        { Condition: mayGoAhead, Assign: { lockDeadline: inMinutes(settings.lockWaitMinutes) }, Next: "Take lock" },
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
      ...readLedger(settings, gate),
      Next: "Is the evidence green?",
    },
    "Is the evidence green?": {
      Type: "Choice",
      Choices: [
        // Already good here: a redeploy with changed configuration needs no evidence.
        {
          Condition: jsonata(
            "$good.image = $candidate.image and $good.commit = $candidate.commit and $good.sequence = $candidate.sequence",
          ),
          Next: "May it go ahead?",
        },
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
          Condition: mayGoAhead,
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

/** Under the lock the world may have moved on since the gate was passed. Redriven executions re-enter half-way and stop here. */
export const recheck = <Wanted extends string>(gated: boolean, wanted: Wanted) =>
  phase<Wanted | "Record">()({
    "Is it still wanted?": {
      Type: "Choice",
      Choices: [
        {
          Condition: jsonata(
            `$frozen = '' and ${notOlder} and ${gated ? `$approval.base = ${base}` : "true"} and ($exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount = 0 : true)`,
          ),
          Next: wanted,
        },
        isFrozen,
        isOlder,
      ],
      Assign: {
        ended: "BaseChanged",
        why: "the environment changed since this release was approved, or the execution was redriven: start it again",
      },
      Default: "Record",
    },
  });

const notOlder = "($good = null ? true : $candidate.sequence >= $good.sequence)";
const contains = "($mustContain = '' or $mustContain = $candidate.commit or $mustContain in $candidate.history)";
const mayGoAhead = jsonata(
  `$read = true and $frozen = '' and ${notOlder} and $quarantined = false and $revoked = false and ${contains}`,
);

const isFrozen: ChoiceRule<"Record"> = {
  Condition: jsonata("$type($frozen) = 'string' and $length($frozen) > 0"),
  Assign: { ended: "Frozen", why: jsonata("'the environment is frozen: ' & $frozen") },
  Next: "Record",
};
const isOlder: ChoiceRule<"Record"> = {
  Condition: jsonata("$good = null ? false : $candidate.sequence < $good.sequence"),
  Assign: {
    ended: "Superseded",
    why: jsonata("'older than ' & $substring($good.commit, 0, 7) & ', which is good here'"),
  },
  Next: "Record",
};

// In the order in which an operator would want to hear them.
const refusals: ChoiceRule<"Record">[] = [
  isFrozen,
  isOlder,
  {
    Condition: jsonata("$quarantined = true"),
    Assign: { ended: "Quarantined", why: "this digest was red here under the same settings" },
    Next: "Record",
  },
  {
    Condition: jsonata("$revoked = true"),
    Assign: { ended: "NoGreenEvidence", why: "a later red smoke revoked the evidence" },
    Next: "Record",
  },
  {
    Condition: jsonata(`$read = true and $not(${contains})`),
    Assign: { ended: "WouldUndoHotfix", why: jsonata("'candidate.history must contain the hotfix ' & $mustContain") },
    Next: "Record",
  },
];

// The default of both gates: what could not be read is not known to be allowed.
const unreadable = { Assign: { ended: "Held", why: "the ledger could not be read whole" } };

const readLedger = (settings: MachineSettings, gate?: Gate) => {
  const { ledger, template } = settings;
  const environment = `$lookup($states.result.Responses, ${quoted(ledger)})[id.S = 'environment'][0]`;
  const quarantine = (table: string) =>
    `$lookup($states.result.Responses, ${quoted(table)})[id.S = 'quarantine#' & $digest][0]`;
  const quarantineId = jsonata("'quarantine#' & $digest");
  return {
    ...batchGetItem({ [ledger]: ["environment", quarantineId], ...(gate ? { [gate.ledger]: [quarantineId] } : {}) }),
    Assign: {
      read: jsonata("$states.result.UnprocessedKeys = {}"),
      good: goodOf(`${environment}.good.M`),
      frozen: jsonata(`$exists(${environment}.frozen) ? ${environment}.frozen.M.reason.S : ''`),
      mustContain: jsonata(`$exists(${environment}.mustContain.S) ? ${environment}.mustContain.S : ''`),
      quarantined: jsonata(`$exists($lookup(${quarantine(ledger)}, ${quoted(template)}))`),
      revoked: gate ? jsonata(`$count($keys(${quarantine(gate.ledger)})[$not($ = 'id')]) > 0`) : false,
      ...(gate
        ? {
            evidence: jsonata(
              "$exists($states.context.Execution.Input.evidence) ? {'status': 'UNREAD', 'executionArn': $states.context.Execution.Input.evidence.executionArn} : {'status': 'NONE'}",
            ),
            evidenceDeadline: inMinutes(2),
          }
        : {}),
    },
    Catch: [
      {
        ErrorEquals: ["States.ALL"],
        Assign: { ended: "Held", why: jsonata("'the ledger could not be read: ' & $states.errorOutput.Cause") },
        Next: "Record" as const,
      },
    ],
  };
};

const isGreen = (gate: Gate) =>
  jsonata(
    `$evidence.status = 'SUCCEEDED' and $evidence.machine = ${quoted(gate.machineArn)} and $evidence.ended = 'Released' and $evidence.digest = $digest and $evidence.candidate = $candidate and $millis() - $toMillis($evidence.stopped) <= ${gate.evidenceDays * 86_400_000}`,
  );

const whyNotGreen = `($evidence.status = 'NONE' ? 'none was named'
  : $evidence.status = 'SUCCEEDED' ? 'the execution named is another machine’s, ended otherwise, or is too old'
  : 'the execution named is ' & $evidence.status)`;
