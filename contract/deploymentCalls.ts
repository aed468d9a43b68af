import * as v from "valibot";
import { seconds, time, why } from "./calls.ts";
import { candidate, commit } from "./candidate.ts";
import { changeFailure } from "./ends.ts";
import { executionArn, lane } from "./execution.ts";
import { good, smokeRule } from "./ledger.ts";

/** The lock under which the service may be changed. */
const lock = { execution: executionArn, fence: v.number() };
export const taskDefinition = v.pipe(
  v.string(),
  v.regex(
    /^arn:[\w-]+:ecs:[\w-]+:\d{12}:task-definition\/[\w-]+:\d+$/,
    "the ARN of a task definition with its revision",
  ),
);

/** What is deployed of a candidate. */
export const deployable = v.object({
  image: candidate.entries.image,
  commit,
  /** `null`: every check. */
  changedPaths: v.nullish(candidate.entries.changedPaths.wrapped),
});

/** Register, announce, update. Idempotent by execution. `since`: when the change began. */
export const deployCall = v.object({
  action: v.literal("deploy"),
  ...lock,
  lane,
  since: time,
  now: time,
  candidate: deployable,
  template: taskDefinition,
  smoke: smokeRule,
});
/** `look`: it is announced, ECS was asked. `wait`: the service is not quiet yet; look, then deploy again. `restore`: it can't be. */
export const deployAnswer = v.object({
  next: v.picklist(["look", "wait", "restore"]),
  seconds,
  why,
  failure: v.exactOptional(changeFailure),
});

/** Where the announced release is. `smokedAt`: start of the last green smoke, 0 before the first. */
export const lookCall = v.object({
  action: v.literal("look"),
  ...lock,
  since: time,
  now: time,
  smokedAt: time,
  /** Looks in which fewer tasks ran than ECS wants, so far. */
  shortfalls: v.number(),
});
/** `good`: the deployment has succeeded and a smoke after it was green. `deploy`: nothing is announced yet. */
export const lookAnswer = v.object({
  next: v.picklist(["deploy", "wait", "smoke", "good", "restore"]),
  seconds,
  why,
  shortfalls: v.number(),
  failure: v.exactOptional(changeFailure),
  /** ARN of the service deployment, once ECS lists it. */
  deployment: v.exactOptional(v.string()),
  taskDefinition: v.exactOptional(v.string()),
});

/** One step on the way back, from what ECS says now. `since`: when restoring began; it goes on for 30 minutes. */
export const restoreCall = v.object({
  action: v.literal("restore"),
  ...lock,
  since: time,
  now: time,
  /** Where to go; `null`: the ledger's last-known-good. */
  target: v.nullable(good),
});
/** `smoke`: it is over; `restored` says whether the target serves alone. Throws LockLost, AlreadyGood, NothingToRestore. */
export const restoreAnswer = v.object({
  next: v.picklist(["wait", "smoke"]),
  restored: v.boolean(),
  seconds,
  why,
  /** Of the target: what the smoke that follows must find. */
  release: v.string(),
  commit: v.string(),
});

/** What the service runs and what is on its way, without the lock. */
export const surveyCall = v.object({ action: v.literal("survey") });
export const surveyAnswer = v.object({
  /** Task definition that users are served by; `null` where there is none. */
  serves: v.nullable(v.string()),
  /** Task definition of an open deployment. */
  open: v.nullable(v.string()),
  /** What is in them, by task definition, where Greengate made it: the ledger may not know of what it left or never recorded. */
  builds: v.exactOptional(v.record(v.string(), v.object({ digest: v.string(), commit: v.string() }))),
});

export const deploymentCall = v.variant("action", [deployCall, lookCall, restoreCall, surveyCall]);
export type DeployCall = v.InferOutput<typeof deployCall>;
export type DeployAnswer = v.InferOutput<typeof deployAnswer>;
export type LookCall = v.InferOutput<typeof lookCall>;
export type LookAnswer = v.InferOutput<typeof lookAnswer>;
export type RestoreCall = v.InferOutput<typeof restoreCall>;
export type RestoreAnswer = v.InferOutput<typeof restoreAnswer>;
export type SurveyAnswer = v.InferOutput<typeof surveyAnswer>;
export type DeploymentCall = v.InferOutput<typeof deploymentCall>;

/** Names of the errors that deployment/ throws on purpose; gate/'s `close` reads them. */
export type DeploymentError = "LockLost" | "AlreadyGood" | "NothingToRestore" | "InvalidCall";
