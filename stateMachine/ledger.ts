/**
 * The ledger: one DynamoDB table per environment, hash key `id` (S), no sort key, single-item conditions only.
 * These are the items' plain shapes (as `unmarshall` gives them; nested objects are DynamoDB maps).
 */

/** A release that passed its own smoke through the bake. */
export interface Good {
  /** ARN of the task definition revision. */
  taskDefinition: string;
  /** Execution name of the release; the application answers with it (`GREENGATE_RELEASE`). */
  release: string;
  image: string;
  /** `sha256:…` of `image`. */
  digest: string;
  commit: string;
  sequence: number;
  /** It came to a gated environment by emergency: later candidates must contain it. */
  hotfix?: boolean;
}

/** What a release announces before it touches ECS, so that the hook knows what it judges. */
export interface Announcement {
  taskDefinition: string;
  release: string;
  digest: string;
  commit: string;
  /** `advisory` (emergencies only): the hook reports, and admits whatever it finds. */
  smoke: "enforce" | "advisory";
  /** `changedPaths` of the candidate as JSON text; absent = every check. */
  changedPaths?: string;
}

/** The environment's one item: who holds the lock, what is good, what is on its way. */
export interface EnvironmentItem {
  id: "environment";
  /** ARN of the execution that holds the lock; absent when it is free. */
  holder?: string;
  /** Fencing number: grows by one each time the lock changes hands. */
  fence?: number;
  /** Last-known-good. Absent until the first release. */
  good?: Good;
  /** The good one before it: an operator's rollback goes there. */
  previous?: Good | null;
  deploying?: Announcement;
  /** Sequence of the newest candidate that waits for the lock (dev). */
  next?: number;
  /** Present = nothing but an emergency or a rollback may change the environment. */
  frozen?: { reason: string; since: string };
  /** Commit of an emergency release that later candidates must contain; empty or absent = none. */
  mustContain?: string;
}

/** What the smoke found before the shift; written by the hook, read by `look`. Key `smoke#<service deployment ARN>`. */
export interface SmokeItem {
  id: `smoke#${string}`;
  /** `held`: both colours failed, so it is the environment and not the release. `refused`: nobody announced this revision, or it cannot be told.
   * `first`: the service's very first deployment, admitted unseen. */
  verdict: "green" | "red" | "held" | "refused" | "first";
  why: string;
  release?: string;
  at: string;
}

/** How an execution ended. Key `release#<execution name>`. */
export interface ReleaseItem {
  id: `release#${string}`;
  ended: string;
  why: string;
  [detail: string]: unknown;
}

/**
 * A digest that met a red smoke, under one or more templates: a bad setting must not condemn an image. Key `quarantine#<digest>`;
 * the other attributes are named by the template's ARN.
 */
export type QuarantineItem = { id: `quarantine#${string}` } & {
  [template: `arn:${string}`]: { reason: string; execution: string; at: string };
};

/** An open or answered question to the operators. Key `approval#<execution name>`. */
export interface ApprovalItem {
  id: `approval#${string}`;
  [detail: string]: unknown;
}

/** An emergency's reason, written before anything is deployed. Key `override#<execution name>`. */
export interface OverrideItem {
  id: `override#${string}`;
  reason: string;
  incident: string;
  requestedBy: string;
  commit: string;
  image: string;
  smoke: "enforce" | "advisory";
  at: string;
}
