import type { Announcement, EnvironmentItem, Good, SmokeItem } from "../stateMachine/ledger.ts";
import type { SmokeRun } from "./run.ts";

/** What ECS and the ledger say about the revision that waits before the shift. */
export interface Seen {
  taskDefinition: string;
  /** ECS names no source revision for the very first deployment. */
  hasSource: boolean;
  environment: Partial<Pick<EnvironmentItem, "good" | "previous" | "deploying">>;
}

/** Who waits for admission, and what must be known of it. */
export type Subject =
  /** Announced by the release that holds the lock. `blue` = what users see now; absent for the very first release. */
  | { kind: "candidate"; announcement: Announcement; blue?: Good }
  /** Is or was last-known-good: a way back. */
  | { kind: "known"; good: Good }
  /** The very first deployment of a service, as `pulumi up` makes it: nothing runs, nobody uses it, nothing could be smoked. */
  | { kind: "first" }
  | { kind: "unknown"; why: string };

/** Positive: whoever is neither known nor announced is unknown. */
export function recognise({ taskDefinition, hasSource, environment }: Seen): Subject {
  const { good, previous, deploying } = environment;
  if (good?.taskDefinition === taskDefinition) return { kind: "known", good };
  if (previous?.taskDefinition === taskDefinition) return { kind: "known", good: previous };
  if (!hasSource && good === undefined && deploying === undefined) return { kind: "first" };
  if (deploying?.taskDefinition !== taskDefinition) {
    const announced = deploying === undefined ? "no release is announced" : `announced is ${deploying.taskDefinition}`;
    return {
      kind: "unknown",
      why: `nobody announced ${taskDefinition} (${announced}): deploy through the release machine`,
    };
  }
  const blue = hasSource ? good : undefined;
  return { kind: "candidate", announcement: deploying, ...(blue === undefined ? {} : { blue }) };
}

/** What is written to the ledger, and whether ECS may go on. */
export interface Judgement {
  verdict: SmokeItem["verdict"];
  why: string;
  admitted: boolean;
}

/**
 * Green is admitted. If blue is not green either, the environment is in trouble and the release not to blame (`held`).
 * A smoke that could not be done says nothing about the release (`refused`). `advisory` admits all of that, and says so.
 */
export function judge(
  subject: Extract<Subject, { kind: "candidate" | "known" }>,
  green: SmokeRun,
  blue?: SmokeRun,
): Judgement {
  const found = finding(green, blue);
  if (subject.kind === "candidate" && subject.announcement.smoke === "advisory" && !found.admitted)
    return { ...found, why: `admitted all the same, as the emergency asked: ${found.why}`, admitted: true };
  return found;
}

function finding(green: SmokeRun, blue?: SmokeRun): Judgement {
  const blueFails = blue !== undefined && blue.verdict !== "green";
  if (green.verdict === "green") {
    const warning = blueFails ? `; but what users see now fails: ${blue.why}` : "";
    return { verdict: "green", why: green.why + warning, admitted: true };
  }
  if (blueFails)
    return { verdict: "held", why: `both fail; new: ${green.why}; what users see now: ${blue.why}`, admitted: false };
  if (green.verdict === "red") return { verdict: "red", why: green.why, admitted: false };
  return { verdict: "refused", why: `the smoke could not be done: ${green.why}`, admitted: false };
}
