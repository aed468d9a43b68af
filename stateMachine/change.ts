import type { Lane } from "../contract/execution.ts";
import { flow, phase } from "./asl.ts";
import type { MachineSettings } from "./settings.ts";
import { briefly, callGate, execution, invoke, persistently } from "./tasks.ts";

/**
 * Try: deploy, see the traffic move, smoke at once, watch the bake, record last-known-good. What comes next is in every answer;
 * whatever isn't good leaves through the one Catch, and Restore takes over.
 */
export const change = (settings: MachineSettings, lane: Lane) =>
  phase<"Close" | "Restore">()({
    Change: {
      Type: "Parallel",
      Branches: [branch(settings, lane)],
      Assign: { answer: "{% $states.result[0] %}" },
      Catch: [
        // Not matched by States.ALL.
        { ErrorEquals: ["States.DataLimitExceeded"], Assign: caught, Next: "Restore" },
        { ErrorEquals: ["States.ALL"], Assign: caught, Next: "Restore" },
      ],
      Next: "Close",
    },
  });

const caught = { failure: "{% $states.errorOutput %}", restoreSince: "{% $millis() %}" };

const lookFailed = "{% 'where the release is could not be seen for half an hour: ' & $states.errorOutput.Error %}";

/** What deployment/ is told in every call. */
const call = {
  execution,
  fence: "{% $answer.fence %}",
  since: "{% $answer.lockedAt %}",
  now: "{% $millis() %}",
};

const branch = (settings: MachineSettings, lane: Lane) =>
  flow({
    StartAt: "Deploy",
    States: {
      Deploy: {
        ...invoke(
          settings.functions.deploy,
          {
            action: "deploy",
            ...call,
            lane,
            candidate: "{% $answer.candidate %}",
            template: settings.template,
            smoke: "{% $answer.smoke %}",
          },
          60,
        ),
        Assign: { step: "{% $states.result.Payload %}", smoked: { at: 0, verdict: "none", why: "" }, shortfalls: 0 },
        // Whether it was done is for the announcement to say; the next look reads it.
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Assign: { step: { next: "wait", seconds: 20 }, smoked: { at: 0, verdict: "none", why: "" }, shortfalls: 0 },
            Next: "What is next?",
          },
        ],
        Next: "What is next?",
      },
      "What is next?": {
        Type: "Choice",
        Choices: [
          { Condition: "{% $step.next = 'look' %}", Next: "Check deployment" },
          { Condition: "{% $step.next = 'wait' %}", Next: "Wait for ECS" },
          { Condition: "{% $step.next = 'smoke' %}", Next: "Smoke" },
          { Condition: "{% $step.next = 'good' %}", Next: "Mark good" },
          { Condition: "{% $step.next = 'deploy' %}", Next: "Deploy" },
        ],
        Default: "Not green",
      },
      "Wait for ECS": { Type: "Wait", Seconds: "{% $step.seconds %}", Next: "Check deployment" },
      "Check deployment": {
        ...invoke(
          settings.functions.deploy,
          { action: "look", ...call, smokedAt: "{% $smoked.at %}", shortfalls: "{% $shortfalls %}" },
          60,
        ),
        Retry: persistently("InvalidCall"),
        Assign: {
          step: "{% $states.result.Payload %}",
          shortfalls: "{% $states.result.Payload.shortfalls %}",
        },
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Assign: { step: { next: "restore", failure: "TooSlow", why: lookFailed } },
            Next: "Not green",
          },
        ],
        Next: "What is next?",
      },
      Smoke: {
        ...invoke(
          settings.functions.smoke,
          {
            release: "{% $answer.release %}",
            commit: "{% $answer.candidate.commit %}",
            changedPaths: "{% $answer.candidate.changedPaths %}",
            smoke: "{% $answer.smoke %}",
            now: "{% $millis() %}",
            smokedAt: "{% $smoked.at %}",
          },
          150,
        ),
        Retry: briefly("InvalidCall"),
        Assign: { step: "{% $states.result.Payload %}", smoked: "{% $states.result.Payload %}" },
        Next: "What is next?",
      },
      "Mark good": {
        ...callGate(settings.functions.gate, "markGood", lane, {
          fence: "{% $answer.fence %}",
          deployment: "{% $step.deployment %}",
          taskDefinition: "{% $step.taskDefinition %}",
          smoke: { verdict: "{% $smoked.verdict %}", why: "{% $smoked.why %}" },
          frozenSince: "{% $answer.frozenSince %}",
        }),
        Retry: persistently("NotGood", "LockLost", "InvalidCall"),
        Output: "{% $states.result.Payload %}",
        End: true,
      },
      "Not green": { Type: "Fail", Error: "{% $step.failure %}", Cause: "{% $step.why %}" },
    },
  });
