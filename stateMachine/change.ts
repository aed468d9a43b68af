import { flow, jsonata, phase } from "./asl.ts";
import { inMinutes, me, release } from "./expressions.ts";
import { recordGood } from "./recordGood.ts";
import type { MachineSettings } from "./settings.ts";
import { callAgain, invoke, updateItem } from "./tasks.ts";

/**
 * Try: deploy, see the traffic move, smoke at once, watch the bake to its end, record last-known-good. Whatever isn't green leaves
 * through the one Catch and is restored; `outcome` names it. Another one's deployment that took over is left alone.
 */
export const change = (settings: MachineSettings, emergency: boolean) =>
  phase<"Record" | "Restore">()({
    Change: {
      Type: "Parallel",
      Branches: [branch(settings, emergency)],
      Assign: {
        ended: "Released",
        smoke: "{% $states.result[0].smoke %}",
        taskDefinition: "{% $states.result[0].taskDefinition %}",
        why: "{% $states.result[0].smoke.why %}",
      },
      Catch: [
        {
          ErrorEquals: ["Displaced"],
          Assign: { ended: "Displaced", why: "{% $states.errorOutput.Cause %}" },
          Next: "Record",
        },
        // Not matched by States.ALL.
        {
          ErrorEquals: ["States.DataLimitExceeded"],
          Assign: {
            outcome: "States.DataLimitExceeded",
            why: "an answer was larger than Step Functions carries",
            restoreDeadline: inMinutes(30),
          },
          Next: "Restore",
        },
        {
          ErrorEquals: ["States.ALL"],
          Assign: {
            outcome: "{% $states.errorOutput.Error %}",
            why: "{% $states.errorOutput.Cause %}",
            restoreDeadline: inMinutes(30),
          },
          Next: "Restore",
        },
      ],
      Next: "Record",
    },
  });

const branch = (settings: MachineSettings, emergency: boolean) =>
  flow({
    StartAt: "Deploy",
    States: {
      Deploy: {
        ...invoke(
          settings.functions.deploy,
          {
            action: "deploy",
            release,
            holder: me,
            fence: "{% $fence %}",
            candidate: "{% $candidate %}",
            template: settings.template,
            smoke: "{% $smokeRule %}",
          },
          120,
        ),
        Retry: [
          // Left behind by an execution that died, and being rolled back; or `pulumi up`'s own, which takes as long as a release.
          {
            ErrorEquals: ["DeploymentOpen"],
            IntervalSeconds: 10,
            BackoffRate: 1,
            MaxAttempts: 6 * (settings.scaleUpMinutes + settings.bakeMinutes),
          },
          // The release's name makes it idempotent.
          ...callAgain("LockLost", "InvalidTemplate", "InvalidCall"),
        ],
        Assign: {
          registered: "{% $states.result.Payload.taskDefinition %}",
          deadline: inMinutes(settings.scaleUpMinutes),
          smoked: {},
          looked: { stage: "starting", why: "" },
        },
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Assign: { notGreen: "DeployFailed", notGreenWhy: "{% $states.errorOutput.Cause %}" },
            Next: "Not green",
          },
        ],
        Next: "Look",
      },
      Look: {
        ...invoke(settings.functions.deploy, { action: "look", taskDefinition: "{% $registered %}" }, 60),
        Retry: callAgain(),
        Assign: { looked: "{% $states.result.Payload %}" },
        Next: "How far is it?",
      },
      "How far is it?": {
        Type: "Choice",
        Choices: [
          {
            Condition: jsonata("$looked.stage = 'finished' and $smoked.verdict = 'green'"),
            Next: "Record good",
          },
          {
            Condition: jsonata("$looked.stage in ['moved', 'finished'] and $not($exists($smoked.verdict))"),
            Next: "Smoke",
          },
          {
            Condition: jsonata(
              "$millis() < $deadline and ($looked.stage = 'starting' or ($looked.stage = 'moved' and $smoked.verdict = 'green'))",
            ),
            Next: "Wait for ECS",
          },
          {
            Condition: jsonata("$looked.stage = 'undone' and $looked.ended = 'Refused' and $looked.verdict = 'red'"),
            Assign: { notGreen: "RedAdmission", notGreenWhy: "{% $looked.why %}" },
            Next: "Not green",
          },
          {
            Condition: jsonata("$looked.stage = 'undone' and $exists($looked.ended)"),
            Assign: {
              // ECS does not say whether users had met it; a smoke of ours is the proof that they had.
              notGreen: jsonata(
                "$exists($smoked.verdict) and $not($looked.ended = 'Displaced') ? 'RolledBack' : $looked.ended",
              ),
              notGreenWhy: "{% $looked.why %}",
            },
            Next: "Not green",
          },
          {
            Condition: jsonata("$smoked.verdict = 'red'"),
            Assign: { notGreen: "RedSmoke", notGreenWhy: "{% $smoked.why %}" },
            Next: "Not green",
          },
          {
            Condition: jsonata("$exists($smoked.verdict) and $not($smoked.verdict = 'green')"),
            Assign: { notGreen: "SmokeFailed", notGreenWhy: "{% $smoked.why %}" },
            Next: "Not green",
          },
        ],
        Assign: {
          notGreen: jsonata("$exists($smoked.verdict) ? 'RolledBack' : 'DeployFailed'"),
          notGreenWhy: jsonata("'not done in time; ECS says: ' & $string($looked.why)"),
        },
        Default: "Not green",
      },
      // Often until traffic has moved; then nothing is left to do but to watch.
      "Wait for ECS": { Type: "Wait", Seconds: jsonata("$looked.stage = 'moved' ? 15 : 5"), Next: "Look" },
      Smoke: {
        ...invoke(
          settings.functions.smoke,
          {
            release,
            commit: "{% $candidate.commit %}",
            changedPaths: jsonata("$exists($candidate.changedPaths) ? $candidate.changedPaths : null"),
          },
          150,
        ),
        Assign: {
          smoked: "{% $states.result.Payload %}",
          deadline: inMinutes(settings.bakeMinutes + 30),
        },
        Next: "How far is it?",
      },
      "Record good": {
        ...updateItem(settings.ledger, "environment", recordGood(settings, emergency)),
        Output: { smoke: "{% $smoked %}", taskDefinition: "{% $registered %}" },
        End: true,
      },
      "Not green": { Type: "Fail", Error: "{% $notGreen %}", Cause: "{% $notGreenWhy %}" },
    },
  });
