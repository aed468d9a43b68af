import { jsonata, phase } from "./asl.ts";
import { inMinutes, now } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { publish, putItem } from "./tasks.ts";

/** An emergency asks nobody: who may start it is its gate. Its reason and incident are on record before anything is deployed. */
export const override = (settings: MachineSettings) =>
  phase<"Take lock" | "Record">()({
    "Record override": {
      ...putItem(settings.ledger, {
        id: { S: jsonata("'override#' & $states.context.Execution.Name") },
        reason: { S: "{% $states.context.Execution.Input.override.reason %}" },
        incident: { S: "{% $states.context.Execution.Input.override.incident %}" },
        requestedBy: { S: "{% $requestedBy %}" },
        commit: { S: "{% $candidate.commit %}" },
        image: { S: "{% $candidate.image %}" },
        smoke: { S: "{% $smokeRule %}" },
        at: { S: now },
      }),
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: { ended: "Held", why: jsonata("'the override could not be recorded: ' & $states.errorOutput.Cause") },
          Next: "Record",
        },
      ],
      Next: "Give notice",
    },
    "Give notice": {
      ...publish(
        settings.topic,
        jsonata(`'${settings.project} ${settings.environment}: EMERGENCY ' & $substring($candidate.commit, 0, 7)`),
        jsonata(
          `$requestedBy & ' deploys ' & $candidate.ref & ' (' & $candidate.commit & ') to ${settings.environment} without approval.\\nIncident: ' & $states.context.Execution.Input.override.incident & '\\nReason: ' & $states.context.Execution.Input.override.reason & '\\nA post-incident note is owed.'`,
        ),
      ),
      Assign: { lockDeadline: inMinutes(settings.lockWaitMinutes) },
      // A notice that can't be given must not stop what the emergency is for.
      Catch: [
        {
          ErrorEquals: ["States.ALL"],
          Assign: { lockDeadline: inMinutes(settings.lockWaitMinutes) },
          Next: "Take lock",
        },
      ],
      Next: "Take lock",
    },
  });
