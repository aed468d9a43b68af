import { jsonata, phase } from "./asl.ts";
import { me, now } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { conditionFailed, publish, putItem, startExecution, updateItem } from "./tasks.ts";

/** Record, release the lock, tell people, and end by name. Nothing here may keep the lock from being released. */
export const end = <Onward extends string>(settings: MachineSettings, afterLock: Onward) =>
  phase<Onward | "How did it end?">()({
    Record: {
      ...putItem(settings.ledger, {
        id: { S: jsonata("'release#' & $states.context.Execution.Name") },
        ended: { S: "{% $ended %}" },
        why: { S: "{% $why %}" },
        commit: { S: commit },
        digest: { S: "{% $digest %}" },
        requestedBy: { S: "{% $requestedBy %}" },
        approval: { S: jsonata("$string($approval)") },
        smoke: { S: jsonata("$string($smoke)") },
        before: { S: jsonata("$good = null ? '' : $good.commit") },
        startedAt: { S: "{% $startedAt %}" },
        endedAt: { S: now },
      }),
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Release lock" }],
      Next: "Release lock",
    },
    "Release lock": {
      ...updateItem(settings.ledger, "environment", {
        expression: "REMOVE holder, deploying",
        condition: "holder = :me",
        values: { ":me": { S: me } },
      }),
      Catch: [
        // It never held it, or lost it.
        { ErrorEquals: [conditionFailed], Next: afterLock },
        // The next one that waits finds this execution over and takes the lock.
        { ErrorEquals: ["States.ALL"], Next: afterLock },
      ],
      Next: afterLock,
    },
    "Tell people": {
      ...publish(
        settings.topic,
        jsonata(`'${settings.project} ${settings.environment}: ' & $ended & ' ' & $substring(${commitText}, 0, 7)`),
        message(settings),
      ),
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "How did it end?" }],
      Next: "How did it end?",
    },
  });

const commitText = "($exists($candidate.commit) ? $candidate.commit : 'unchecked')";
const commit = jsonata(commitText);

/** After a green release, give the candidate to the next environment. If that fails, this environment is released all the same. */
export const offer = (nextMachineArn: string) =>
  phase<"Tell people">()({
    "Is it to be offered?": {
      Type: "Choice",
      Choices: [{ Condition: jsonata("$ended = 'Released'"), Next: "Offer onwards" }],
      Default: "Tell people",
    },
    "Offer onwards": {
      ...startExecution(
        nextMachineArn,
        jsonata(
          "$string({'candidate': $candidate, 'requestedBy': $requestedBy, 'evidence': {'executionArn': $states.context.Execution.Id}})",
        ),
      ),
      Assign: { why: jsonata("$why & '; offered onwards'") },
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: {
            why: jsonata("$why & '; NOT offered onwards (' & $states.errorOutput.Error & '): promote it by hand'"),
          },
          Next: "Tell people",
        },
      ],
      Next: "Tell people",
    },
  });

/** How a release or an emergency can end. */
export const releaseEnds = phase<never>()({
  "How did it end?": {
    Type: "Choice",
    Choices: [
      { Condition: jsonata("$ended = 'Released'"), Next: "Released" },
      { Condition: jsonata("$ended = 'RolledBack'"), Next: "RolledBack" },
      { Condition: jsonata("$ended = 'RollbackFailed'"), Next: "RollbackFailed" },
    ],
    Default: "NotReleased",
  },
  Released: {
    Type: "Succeed",
    Output: {
      ended: "Released",
      why: "{% $why %}",
      commit: "{% $candidate.commit %}",
      digest: "{% $digest %}",
      taskDefinition: "{% $taskDefinition %}",
    },
  },
  RolledBack: { Type: "Fail", Error: "RolledBack", Cause: "{% $why %}" },
  RollbackFailed: { Type: "Fail", Error: "RollbackFailed", Cause: "{% $why %}" },
  NotReleased: { Type: "Fail", Error: "{% $ended %}", Cause: "{% $why %}" },
});

/** How an operator's rollback can end. */
export const rollbackEnds = phase<never>()({
  "How did it end?": {
    Type: "Choice",
    Choices: [
      { Condition: jsonata("$ended = 'Restored'"), Next: "Restored" },
      { Condition: jsonata("$ended = 'RollbackFailed'"), Next: "RollbackFailed" },
    ],
    Default: "NotReleased",
  },
  Restored: {
    Type: "Succeed",
    Output: {
      ended: "Restored",
      why: "{% $why %}",
      commit: "{% $target.commit %}",
      taskDefinition: "{% $target.taskDefinition %}",
    },
  },
  RollbackFailed: { Type: "Fail", Error: "RollbackFailed", Cause: "{% $why %}" },
  NotReleased: { Type: "Fail", Error: "{% $ended %}", Cause: "{% $why %}" },
});

// Every message says what happened, where to look, what changed and how to take it back.
const message = ({ project, environment, region, repository }: MachineSettings) => {
  const console = `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/`;
  return jsonata(`(
    $commit := ${commitText};
    $compare := $exists($good.commit) ? '\\nChanges: https://github.com/${repository}/compare/' & $good.commit & '...' & $commit : '';
    $revert := $ended in ['RolledBack', 'Refused'] ? '\\nTake it back: git revert ' & $commit : '';
    '${project} ${environment}: ' & $ended & '\\n' & $why & '\\nCommit: ' & $commit & '\\nAsked for by: ' & $requestedBy
      & $compare & $revert & '\\nExecution: ${console}' & $states.context.Execution.Id )`);
};
