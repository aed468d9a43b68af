import * as v from "valibot";
import { build, commit } from "./candidate.ts";
import { ended } from "./ends.ts";
import { executionArn } from "./execution.ts";

/**
 * The ledger: one DynamoDB table per environment, hash key `id`, single-item conditions only. These are the items as `unmarshall`
 * gives them. Times are ISO 8601. What is missing is not known, and what is not known is not green.
 */

/** Written by gate/. A release that passed its own smoke through the bake. */
export const good = v.object({
  ...build.entries,
  /** ARN of its execution: names may be used twice. */
  execution: v.string(),
  /** ARN of the task definition, with revision. */
  taskDefinition: v.string(),
  /** What the application answers with (`GREENGATE_RELEASE`). */
  release: v.string(),
  /** `sha256:…` of the image. */
  digest: v.string(),
  since: v.string(),
  /** It came by emergency. */
  hotfix: v.boolean(),
});
export type Good = v.InferOutput<typeof good>;

export const smokeRule = v.picklist(["enforce", "advisory"]);
export type SmokeRule = v.InferOutput<typeof smokeRule>;

/** Written by deployment/ before it touches ECS, so that the hook knows what it judges and whoever comes next what may still arrive. */
export const announcement = v.object({
  execution: executionArn,
  fence: v.number(),
  taskDefinition: v.string(),
  release: v.string(),
  digest: v.string(),
  commit: v.string(),
  smoke: smokeRule,
  /** `changedPaths` of the candidate as JSON text; absent = every check. */
  changedPaths: v.exactOptional(v.string()),
  at: v.string(),
});
export type Announcement = v.InferOutput<typeof announcement>;

/** What a rollback leaves. `null`: nothing that ever was good here, and not known by its task definition yet. */
export const leftRelease = v.object({
  taskDefinition: v.nullable(v.string()),
  digest: v.nullable(v.string()),
  commit: v.nullable(v.string()),
});
export type LeftRelease = v.InferOutput<typeof leftRelease>;

/**
 * The environment's one item, made by `pulumi up`. Where it is missing nothing is known of the environment: that is not the same as
 * an environment before its first release.
 */
export const environmentItem = v.object({
  id: v.literal("environment"),
  /** ARN of the execution that holds the lock; absent when it is free. */
  holder: v.exactOptional(v.string()),
  heldSince: v.exactOptional(v.string()),
  /** Grows by one each time the lock changes hands. */
  fence: v.number(),
  /** Last-known-good; absent until the first release. */
  good: v.exactOptional(good),
  /** The good one before it; `null` where there is none to go back to. */
  previous: v.exactOptional(v.nullable(good)),
  deploying: v.exactOptional(announcement),
  /** The newest candidate that waits for the lock. It counts only while its execution runs. */
  next: v.exactOptional(v.object({ execution: v.string(), sequence: v.number() })),
  /** What operators asked to leave, and whose rollback it is. It counts only while that execution runs. */
  leaving: v.exactOptional(v.object({ execution: v.string(), left: leftRelease })),
  /** What an emergency left running though its advisory smoke was not green: it serves, and is no place to go back to. */
  unproven: v.exactOptional(good),
  /** Its presence, not what it says, keeps everything out but emergencies and rollbacks. */
  frozen: v.exactOptional(v.unknown()),
  /** Commit of a hotfix that later candidates must contain. */
  mustContain: v.exactOptional(commit),
});
export type EnvironmentItem = v.InferOutput<typeof environmentItem>;

/** Written by smoke/: what ECS's hook found before the shift. Key `smoke#<service deployment ARN>`. */
export const admissionReport = v.object({
  id: v.string(),
  /**
   * `held`: what users see fails too. `refused`: not announced by who holds the lock, or it can't be judged. `known`: is or was
   * last-known-good. `first`: the service's own creation.
   */
  verdict: v.picklist(["green", "red", "held", "refused", "known", "first"]),
  /** What ECS was told. */
  admitted: v.boolean(),
  why: v.string(),
  /** Release that was judged, where it is known. */
  release: v.exactOptional(v.string()),
  at: v.string(),
});
export type AdmissionReport = v.InferOutput<typeof admissionReport>;
export const admissionReportId = (serviceDeployment: string): string => `smoke#${serviceDeployment}`;

/** Written by gate/, once. Key `release#<execution ARN>`. */
export const releaseRecord = v.object({
  id: v.string(),
  ended,
  why: v.string(),
  /** Of the candidate; absent where the input could not be read. */
  build: v.exactOptional(build),
  requestedBy: v.string(),
  startedAt: v.string(),
  endedAt: v.string(),
  /** Commit of what was good before. */
  before: v.exactOptional(v.string()),
  /** Who approved or rejected, and when. */
  decision: v.exactOptional(v.unknown()),
  /** A person's word that a hotfix is contained. */
  contains: v.exactOptional(v.unknown()),
  /** Present once everybody has been told. */
  told: v.exactOptional(v.boolean()),
});
export type ReleaseRecord = v.InferOutput<typeof releaseRecord>;
export const releaseRecordId = (execution: string): string => `release#${execution}`;

/** Written by gate/, before anything is deployed. Key `override#<execution ARN>`. */
export const overrideRecord = v.object({
  id: v.string(),
  reason: v.string(),
  incident: v.string(),
  smoke: smokeRule,
  requestedBy: v.string(),
  build,
  at: v.string(),
});
export type OverrideRecord = v.InferOutput<typeof overrideRecord>;
export const overrideRecordId = (execution: string): string => `override#${execution}`;

/** Why an image is kept out under one template. `operator`: left by hand, which revokes no evidence elsewhere. */
export const quarantine = v.object({
  by: v.picklist(["smoke", "operator"]),
  reason: v.string(),
  execution: v.string(),
  at: v.string(),
});
export type Quarantine = v.InferOutput<typeof quarantine>;
/**
 * Written by gate/. Key `quarantine#<digest>`; every other attribute is named by the ARN of a template and holds a {@link Quarantine}:
 * a bad setting must not condemn an image.
 */
export const quarantineId = (digest: string): string => `quarantine#${digest}`;

/** Written by gate/: the execution that asks the operators about a candidate. Key `asking#<digest>`. */
export const askingId = (digest: string): string => `asking#${digest}`;
