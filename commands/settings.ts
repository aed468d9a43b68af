import { type CloudWatch, type LiveStage, openRehearsal, type Rehearsal } from "../rehearsal/open.ts";
import { establish } from "../rehearsal/stage.ts";
import { type Plan, planOf } from "./faultPlan.ts";
import { untilInterrupted } from "./interrupt.ts";
import { numberOf } from "./options.ts";

/** The options of every command that runs a cloud; to be spread into its own. */
export const cloudOptions = {
  port: { type: "string", default: "0" },
  speed: { type: "string", default: "60" },
  fault: { type: "string", multiple: true, default: [] as string[] },
  seed: { type: "string" },
} as const;

export interface CloudSettings {
  /** 0 takes any free one. */
  port: number;
  /** Cloud seconds per second while nothing but time passes. */
  speed: number;
  plan: Plan;
  /** Command line of the user's own application, in place of the sample backend. */
  app?: string | undefined;
}

interface Given {
  port: string;
  speed: string;
  fault: string[];
  seed?: string | undefined;
  app?: string | undefined;
}

/** `otherwise`: the seed where none is given. Throws an error of one line. */
export const settingsOf = ({ port, speed, app, ...planned }: Given, otherwise: string): CloudSettings => ({
  speed: numberOf("--speed", speed, { least: 1, most: 600 }),
  port: numberOf("--port", port, { least: 0, most: 65_535 }),
  plan: planOf(planned, otherwise),
  app,
});

/** Opens a cloud in which good-1 is good on dev and live; from then on faults strike. `onOpen` hears of it before anything is released. */
export type SetStage = (watch: CloudWatch, onOpen?: (stage: LiveStage) => void) => Promise<LiveStage>;

/**
 * Runs a command's clouds until the work is done or the user ends it. The faults that nobody met are told at the end, by `tell`.
 * Resolves with the exit code of an interruption, else undefined.
 */
export async function runClouds(
  { speed, plan, ...opening }: CloudSettings,
  tell: (line: string) => void,
  work: (setStage: SetStage, rehearsal: Rehearsal) => Promise<void>,
): Promise<number | undefined> {
  const unmet = new Set(plan.rules);
  const open = (interruption: AbortSignal) => openRehearsal({ ...opening, seed: plan.seed, interruption });
  const interrupted = await untilInterrupted(open, (rehearsal) =>
    work(async (watch, onOpen = () => {}) => {
      const onFault: CloudWatch["onFault"] = (rule) => {
        unmet.delete(rule);
        watch.onFault?.(rule);
      };
      const stage = await rehearsal.openCloud({ ...watch, onFault }, plan.rules);
      onOpen(stage);
      // What is good before the story begins is not its subject.
      stage.clock.setSpeed(6000);
      await establish(stage, "good-1");
      stage.clock.setSpeed(speed);
      stage.beginFaults();
      return stage;
    }, rehearsal),
  );
  for (const { text } of unmet) tell(`nobody met the fault ${JSON.stringify(text)}`);
  return interrupted;
}
