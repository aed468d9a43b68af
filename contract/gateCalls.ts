import * as v from "valibot";
import { seconds, time, why } from "./calls.ts";
import { deployable, surveyAnswer, taskDefinition } from "./deploymentCalls.ts";
import { ended, notReleased } from "./ends.ts";
import { executionArn, lane } from "./execution.ts";
import { good, leftRelease, smokeRule } from "./ledger.ts";
import { question } from "./question.ts";

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
export type GateError = "NotGood" | "LockLost" | "LedgerChanged" | "LedgerUnreadable" | "InvalidCall";
