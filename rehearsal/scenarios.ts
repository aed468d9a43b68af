import type { Run } from "../emulator/cloud/stepFunctions.ts";
import { type Ending, ending, type Stage } from "./stage.ts";

/** A story that the real program, machines and Lambdas must end well. It begins with `good-1` on dev and live. */
export interface Scenario {
  name: string;
  about: string;
  /** How the execution that the story is about must end. */
  ends: Ending["ended"];
  /** Tells the story and gives that execution. */
  play(stage: Stage): Promise<Run>;
  /** Whether live must serve another commit afterwards than before. */
  changesLive: boolean;
}

export const scenarios: readonly Scenario[] = [
  {
    name: "promote",
    about: "green on dev, approved, green on live",
    ends: "Released",
    changesLive: true,
    async play(stage) {
      stage.operator = "approve";
      return offered(stage, await stage.merge("good-2"));
    },
  },
  {
    name: "regression",
    about: "green on dev and in ECS's hook, red under live's traffic: live goes back",
    ends: "RolledBack",
    changesLive: false,
    async play(stage) {
      stage.operator = "approve";
      return offered(stage, await stage.merge("orders-fail-under-traffic"));
    },
  },
  {
    name: "red-dev",
    about: "red under dev's traffic: dev goes back, live is never asked",
    ends: "RolledBack",
    changesLive: false,
    play: (stage) => stage.merge("red"),
  },
  {
    name: "dark-red",
    about: "red before any user sees it: ECS's hook refuses",
    ends: "Refused",
    changesLive: false,
    play: (stage) => stage.merge("dark-red"),
  },
  {
    name: "reject",
    about: "green on dev, rejected by the operator",
    ends: "Rejected",
    changesLive: false,
    async play(stage) {
      stage.operator = "reject";
      return offered(stage, await stage.merge("good-2"));
    },
  },
  {
    name: "no-evidence",
    about: "live is asked for a digest that dev never had",
    ends: "NoGreenEvidence",
    changesLive: false,
    play: (stage) => stage.promote("good-2"),
  },
  {
    name: "emergency",
    about: "a branch straight to live, with reason and incident",
    ends: "Released",
    changesLive: true,
    play: (stage) => stage.emergency("live", "good-2"),
  },
  {
    name: "emergency-dev",
    about: "a branch on dev, green, not offered to live",
    ends: "Released",
    changesLive: false,
    play: (stage) => stage.emergency("dev", "good-2"),
  },
];

/** The execution on live that a merge led to; the merge's own where it led to none. */
async function offered(stage: Stage, dev: Run): Promise<Run> {
  await ending(dev);
  return stage.offeredBy(dev) ?? dev;
}
