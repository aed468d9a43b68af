import { styleText } from "node:util";
import type { HistoryEvent } from "../emulator/asl/history.ts";
import type { Clock } from "../emulator/clock.ts";
import type { EcsState } from "../emulator/ecs/state.ts";
import type { CloudWatch } from "./open.ts";
import { linkIn } from "./operator.ts";

/** Tells people what the machines and ECS do, as it happens, with the cloud time since the story began. */
export interface Narrator extends Required<CloudWatch> {
  /** A new story: time starts at 0:00. */
  begin(title: string, clock: Clock): void;
  /** Nothing is told until the next story begins. */
  pause(): void;
  say(line: string): void;
}

export function createNarrator(print: (line: string) => void): Narrator {
  let clock: Clock | undefined;
  let begun = 0;
  const told = new Set<string>();

  const tell = (environment: string, what: string) => {
    if (!clock) return;
    print(`  ${elapsed(clock.now() - begun).padStart(6)}  ${environment.padEnd(5)} ${what}`);
  };
  const once = (key: string, environment: string, what: string) => {
    if (told.has(key)) return;
    told.add(key);
    tell(environment, what);
  };

  return {
    begin(title, at) {
      clock = at;
      begun = at.now();
      print(`\n${styleText("bold", title)}`);
    },
    pause() {
      clock = undefined;
    },
    say: print,

    onAsked(mail) {
      const link = linkIn(mail);
      if (!link) return;
      // One of the approvers is enough, and there is one person here.
      if (told.has(mail.subject)) return;
      told.add(mail.subject);
      print(`\n  To ${mail.to}: ${mail.subject}\n  Open this link, read, type the commit, decide:\n\n    ${link}\n`);
    },

    onFault: ({ text }) => tell("fault", styleText("yellow", text)),

    onCrash(service, exitCode, lastLine) {
      const said = `${environmentOf(service)}: your application ended with exit code ${exitCode}: ${lastLine || "it wrote nothing"}`;
      if (!told.has(said)) print(styleText("yellow", `  ${said}`));
      told.add(said);
    },

    onEvent(executionArn, event) {
      const environment = environmentOf(executionArn);
      const lane = executionArn.split(":")[6]?.split("-").at(-1);
      // Facts and waits are for the console; people want to know what is being done. Polls are told once.
      const entered = detail(event, "stateEnteredEventDetails", "name");
      if (/^(Task|Parallel)StateEntered$/.test(event.type) && !quiet.has(entered))
        once(`${executionArn} ${entered}`, environment, entered);
      const smoked = smokeIn(event);
      // The smokes of each minute that say the same are no news.
      if (smoked) once(`${executionArn} ${smoked}`, environment, `smoke: ${smoked}`);
      if (event.type === "ExecutionStarted") tell(environment, styleText("dim", `${lane} machine starts`));
      if (event.type === "ExecutionSucceeded") {
        const { ended, why } = JSON.parse(detail(event, "executionSucceededEventDetails", "output"));
        tell(environment, `${styleText("green", ended)}: ${why}`);
      }
      if (event.type === "ExecutionFailed") {
        const error = detail(event, "executionFailedEventDetails", "error");
        tell(environment, `${styleText("red", error)}: ${detail(event, "executionFailedEventDetails", "cause")}`);
      }
    },

    onEcs({ deployments }: EcsState) {
      for (const deployment of Object.values(deployments)) {
        const { serviceDeploymentArn: arn, lifecycleStage: stage = "", status, statusReason } = deployment;
        const environment = environmentOf(arn);
        const back = status.startsWith("ROLLBACK") ? " (rolling back)" : "";
        if (status === "IN_PROGRESS" || back) once(`${arn} ${stage}${back}`, environment, `ECS ${stage}${back}`);
        for (const hook of deployment.lifecycleHookDetails)
          if (hook.status !== "IN_PROGRESS")
            once(`${arn} ${hook.hookId}`, environment, `ECS hook smoke: ${hook.status}`);
        if (status === "IN_PROGRESS" && stage === "PRODUCTION_TRAFFIC_SHIFT")
          once(`${arn} moved`, environment, "users' traffic moves to the new colour");
        if (terminal.has(status))
          once(`${arn} ${status}`, environment, `ECS ${status}${statusReason ? `: ${statusReason}` : ""}`);
      }
    },

    onMail({ subject, to, topic }) {
      if (to === "everyone") tell(environmentOf(topic), styleText("dim", `mail to everyone: ${subject}`));
    },
  };
}

// Told by ECS's own stages, or of no news to people.
const quiet = new Set(["Check deployment", "Look at service", "Restore last good", "Close"]);
const terminal = new Set(["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]);

const environmentOf = (arn: string): string => /-(dev|live)[-/]/.exec(`${arn}/`)?.[1] ?? "";

function detail(event: HistoryEvent, details: `${string}EventDetails`, field: string): string {
  const value = event[details]?.[field];
  return typeof value === "string" ? value : "";
}

/** The verdict of the step's smoke, where this event brings one. */
function smokeIn(event: HistoryEvent): string | undefined {
  const assigned = event.stateExitedEventDetails?.assignedVariables;
  if (detail(event, "stateExitedEventDetails", "name") !== "Smoke" || typeof assigned !== "object" || !assigned) return;
  const { verdict, why } = JSON.parse(String(Reflect.get(assigned, "smoked")));
  return `${verdict}, ${why}`;
}

/** Cloud milliseconds as minutes and seconds. */
function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
