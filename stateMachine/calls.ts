/** What the machines send to each Lambda and what they expect back. Every answer is one small object. */
import type { Candidate } from "./input.ts";
import type { Good, SmokeItem } from "./ledger.ts";

/** deployment/: register a task definition from the template, announce it, update the service. Idempotent by `release`. */
export interface DeployCall {
  action: "deploy";
  /** Execution name; becomes `GREENGATE_RELEASE`. */
  release: string;
  /** Execution ARN that must hold the lock, with its fencing number. */
  holder: string;
  fence: number;
  candidate: Candidate;
  /** ARN (with revision) of the template task definition. */
  template: string;
  smoke: "enforce" | "advisory";
}
export interface DeployAnswer {
  /** ARN of the registered revision: it names the release from here on. */
  taskDefinition: string;
}

/** deployment/: where a release is. */
export interface LookCall {
  action: "look";
  taskDefinition: string;
}
export interface LookAnswer {
  /**
   * `starting`: users see the old colour (or the list still lags). `moved`: users see the new one, the bake is on.
   * `finished`: the service deployment succeeded. `undone`: ECS rolled it back or stopped it, or is about to.
   */
  stage: "starting" | "moved" | "finished" | "undone";
  /** Set when `undone`. `RolledBack`: it had been moved before (an alarm, an operator). */
  ended?: "Refused" | "Held" | "DeployFailed" | "RolledBack" | "Displaced";
  /** What the hook reported of this deployment, where it did. */
  verdict?: SmokeItem["verdict"];
  /** For people: ECS's stage, status and reason, or the hook's report. */
  why: string;
  serviceDeployment?: string;
}

/** deployment/: bring the service to `target`, one step a call, from what ECS says now. Call again until `back`. */
export interface RestoreCall {
  action: "restore";
  holder: string;
  fence: number;
  /** `null` before the first release: an open deployment is stopped, then `NothingToRestore` is thrown. */
  target: Good | null;
}
export interface RestoreAnswer {
  stage: "waiting" | "back";
  why: string;
}

/** deployment/: stop whatever deployment is open, with rollback, without the lock (an operator's first move). */
export interface StopCall {
  action: "stop";
}
export interface StopAnswer {
  stopped: boolean;
  why: string;
}

export type DeploymentCall = DeployCall | LookCall | RestoreCall | StopCall;

/** Names of the errors that deployment/ throws on purpose; the machine matches them. */
export type DeploymentError =
  | "LockLost"
  | "InvalidTemplate"
  | "TargetGone"
  | "NothingToRestore"
  /** The ledger says that the caller's own release is good: the answer to that write was lost. */
  | "AlreadyGood"
  /** Another deployment is still open or being rolled back: try again later. */
  | "DeploymentOpen"
  | "InvalidCall";

/** smoke/: check the environment as its users see it. */
export interface SmokeCall {
  /** The release that must answer before anything is judged. */
  release: string;
  commit: string;
  /** `null`: not known, every check runs. */
  changedPaths?: Candidate["changedPaths"] | null;
}
export interface CheckResult {
  name: string;
  outcome: "pass" | "degraded" | "flaky" | "fail" | "error";
  milliseconds: number;
  /** Scrubbed of secrets; present unless `pass`. */
  why?: string;
}
export interface SmokeAnswer {
  /** `error`: the smoke itself could not be done (no identity, no sign-in secret): not green either. */
  verdict: "green" | "red" | "error";
  why: string;
  checks: CheckResult[];
  /** Changed paths that no check covers: try them by hand. */
  uncovered: string[];
}

/** approval/: ask the operators. The answer comes through the task token. */
export interface AskCall {
  taskToken: string;
  /** Execution ARN and name. */
  execution: string;
  name: string;
  requestedBy: string;
  candidate: Candidate;
  /** What the environment runs, as the operators are shown it; `null` before the first release. */
  base: Good | null;
  /** Dev's execution that found it green; absent for a redeploy of what already is good here. */
  evidence?: string | null;
  /** ISO 8601; the question is void after that. */
  expiresAt: string;
}
/** The payload of SendTaskSuccess. A rejection is a payload too, not an error. */
export interface Decision {
  decision: "approved" | "rejected" | "superseded";
  by: string;
  /** ISO 8601. */
  at: string;
  reason: string;
  /** `base.taskDefinition` that the approver saw; empty before the first release. */
  base: string;
}
