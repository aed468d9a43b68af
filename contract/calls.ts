import * as v from "valibot";
import { candidate, commit } from "./candidate.ts";
import { changeFailure, ended, notReleased } from "./ends.ts";
import { executionArn, lane, releaseName } from "./execution.ts";
import { good, leftRelease, smokeRule } from "./ledger.ts";
import { problems } from "./problems.ts";
import { question } from "./question.ts";

/**
 * What the machines send to each function and what they get back. Every answer is one small object whose `next` names what comes
 * next; a definition's choices only compare it.
 */

/** Milliseconds since 1970, cloud time: time is an argument. */
const time = v.number();
/** Seconds to wait before the next call. */
const seconds = v.number();
const why = v.string();

/* ── deployment/ ── */

/** The lock under which the service may be changed. */
const lock = { execution: executionArn, fence: v.number() };
const taskDefinition = v.pipe(
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
export type SurveyCall = v.InferOutput<typeof surveyCall>;
export type SurveyAnswer = v.InferOutput<typeof surveyAnswer>;
export type DeploymentCall = v.InferOutput<typeof deploymentCall>;

/** Names of the errors that deployment/ throws on purpose; gate/'s `close` reads them. */
export type DeploymentError = "LockLost" | "AlreadyGood" | "NothingToRestore" | "InvalidCall";

/* ── smoke/ ── */

/** Check the environment as its users see it: is it this release, and does it work? */
export const smokeCall = v.object({
  release: releaseName,
  commit,
  changedPaths: v.nullish(candidate.entries.changedPaths.wrapped),
  /** `advisory`: whatever is found is reported, and `next` is `look`. */
  smoke: smokeRule,
  now: time,
  /** Start of the last smoke of this release; 0 or absent: users have only just got it. */
  smokedAt: v.exactOptional(time),
});
export const checkResult = v.object({
  name: v.string(),
  outcome: v.picklist(["pass", "degraded", "flaky", "fail", "error"]),
  milliseconds: v.number(),
  /** Scrubbed of secrets; present unless `pass`. */
  why: v.exactOptional(v.string()),
});
export const smokeAnswer = v.object({
  next: v.picklist(["look", "restore"]),
  failure: v.exactOptional(changeFailure),
  /** `error`: the smoke could not be done: not green either. */
  verdict: v.picklist(["green", "red", "error"]),
  why,
  checks: v.array(checkResult),
  /** Changed paths that no check covers: try them by hand. */
  uncovered: v.array(v.string()),
  /** The call's `now`: when the smoke began. */
  at: time,
});
export type SmokeCall = v.InferOutput<typeof smokeCall>;
export type SmokeAnswer = v.InferOutput<typeof smokeAnswer>;
export type CheckResult = v.InferOutput<typeof checkResult>;

/* ── approval/ ── */

/** The token only wakes the execution: the decision is what approval/ stored. */
export const askCall = v.object({ taskToken: v.string(), question });
export type AskCall = v.InferOutput<typeof askCall>;

/* ── gate/ ── */

/** What every call to the gate says of its execution. `lane` is a constant of the definition. */
const caller = {
  lane,
  execution: executionArn,
  /** ISO 8601. */
  startedAt: v.string(),
  redrives: v.number(),
  /** The execution's own input, whatever it is. */
  input: v.unknown(),
  now: time,
};

/** May it go ahead? `service`: for a rollback, what the service runs; `null` where ECS could not be asked. */
export const admitCall = v.object({ action: v.literal("admit"), ...caller, service: v.nullish(surveyAnswer) });
/** Take the lock and decide everything again under it. `since`: when the wait for it began. `left`: as admitted, for a rollback. */
export const lockCall = v.object({
  action: v.literal("lock"),
  ...caller,
  since: time,
  left: v.exactOptional(leftRelease),
  /** Error and cause with which asking the operators ended, where it did. */
  failure: v.nullish(v.looseObject({ Error: v.nullish(v.string()) })),
});
/** Record last-known-good. Throws NotGood or LockLost where it can't be. */
export const markGoodCall = v.object({
  action: v.literal("markGood"),
  ...caller,
  fence: v.number(),
  deployment: v.string(),
  taskDefinition,
  /** The last smoke. */
  smoke: v.looseObject({ verdict: v.string(), why: v.string() }),
  /** `since` of the freeze that stood when the lock was taken: an emergency that is green ends that one and no other. */
  frozenSince: v.nullable(v.string()),
});
/** What became of it all, and everything that has to be done at the end. */
export const closeCall = v.object({
  action: v.literal("close"),
  ...caller,
  /** The last answer of `admit` or `lock`. */
  answer: v.unknown(),
  /** Error and cause with which Change, Restore or a call to the gate ended; `null`: with none. */
  failure: v.nullable(v.looseObject({ Error: v.nullish(v.string()), Cause: v.nullish(v.string()) })),
  /** What restoring came to, with the smoke after it; `null` where nothing was restored. */
  restored: v.nullable(v.unknown()),
  /** As admitted, for a rollback. */
  left: v.exactOptional(leftRelease),
});
export const gateCall = v.variant("action", [admitCall, lockCall, markGoodCall, closeCall]);

/** An answer of the gate that ends the execution. */
const refusal = { next: v.literal("close"), ended: v.picklist(notReleased), why };
export const admitAnswer = v.variant("next", [
  v.object(refusal),
  v.object({ next: v.literal("wait"), after: v.literal("admit"), seconds, why }),
  v.object({ next: v.literal("ask"), question, seconds, why }),
  /** `left`: for a rollback, decided when it is asked for. */
  v.object({ next: v.literal("lock"), why, left: v.exactOptional(leftRelease) }),
]);
export const lockAnswer = v.variant("next", [
  v.object(refusal),
  v.object({ next: v.literal("wait"), after: v.literal("lock again"), seconds, why }),
  v.object({
    next: v.literal("change"),
    why,
    fence: v.number(),
    lockedAt: time,
    candidate: deployable,
    release: v.string(),
    smoke: smokeRule,
    target: v.null(),
    frozenSince: v.nullable(v.string()),
  }),
  v.object({
    next: v.literal("restore"),
    why,
    fence: v.number(),
    lockedAt: time,
    target: good,
    frozenSince: v.nullable(v.string()),
  }),
]);
export const markGoodAnswer = v.object({ why });
export const closeAnswer = v.object({
  ended,
  why,
  commit: v.string(),
  digest: v.string(),
  release: v.string(),
  taskDefinition: v.string(),
});
export type GateCall = v.InferOutput<typeof gateCall>;
export type AdmitCall = v.InferOutput<typeof admitCall>;
export type AdmitAnswer = v.InferOutput<typeof admitAnswer>;
export type LockCall = v.InferOutput<typeof lockCall>;
export type LockAnswer = v.InferOutput<typeof lockAnswer>;
export type MarkGoodCall = v.InferOutput<typeof markGoodCall>;
export type MarkGoodAnswer = v.InferOutput<typeof markGoodAnswer>;
export type CloseCall = v.InferOutput<typeof closeCall>;
export type CloseAnswer = v.InferOutput<typeof closeAnswer>;
/** Names of the errors that gate/ throws on purpose. */
export type GateError = "NotGood" | "LockLost" | "InvalidCall";

/** A call as its function's schema has it; throws InvalidCall with every problem, where and with which value. */
export function readCall<Schema extends v.GenericSchema>(
  room: string,
  schema: Schema,
  given: unknown,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, given);
  if (read.success) return read.output;
  const found = problems(schema, given, read.issues, "the call");
  throw Object.assign(new Error(`${room}: ${found.join("; ")}`), { name: "InvalidCall" });
}
