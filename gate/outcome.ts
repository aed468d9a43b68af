import * as v from "valibot";
import { changeFailures, type Ended, type NotReleased, notReleased } from "../contract/ends.ts";
import { laneOf, nameOf } from "../contract/execution.ts";
import type { CloseCall } from "../contract/gateCalls.ts";
import type { EnvironmentItem, Good } from "../contract/ledger.ts";
import { lineOf, short } from "../contract/text.ts";

/** How an execution ends, and what has to be done about it. */
export interface Outcome {
  ended: Ended;
  why: string;
  /** The image is kept out under the present template. */
  quarantine?: true;
  /** Nothing but an emergency or a rollback may change the environment any more. */
  freeze?: true;
}

/** How a release or an emergency ends: from the ledger first, then from what Change and Restore came to. */
export function outcomeOf(call: CloseCall, environment: EnvironmentItem): Outcome {
  const { execution } = call;
  const { good, previous, unproven, holder, deploying } = environment;
  const smoke = wordsOfMarkGood(call);
  if (unproven?.execution === execution)
    return { ended: "Released", why: `advisory, and not recorded as good: ${smoke ?? "its smoke was not green"}` };
  // Somebody may have taken over since it was recorded.
  if (smoke !== undefined || [good, previous].some((each) => each?.execution === execution))
    return { ended: "Released", why: smoke ?? "its smoke was green" };
  const refusal = readRefusal(call);
  if (refusal) return refusal;
  const failure = failureOf(call);
  const back = restoringOf(call);
  if (isOvertaken(call, environment)) {
    const { ended, why } = explainTakeover(holder);
    return { ended, why: failure.isVerdict ? `${failure.why}; then ${why}` : why };
  }
  // Nothing of this release can be in ECS where it was never announced.
  if (deploying?.execution !== execution)
    return { ended: failure.metUsers ? "Unavailable" : failure.ended, why: failure.why };

  const end = failure.metUsers ? "RolledBack" : failure.ended;
  if (back?.error === "NothingToRestore") {
    if (!failure.metUsers) return { ended: end, why: failure.why };
    return {
      ended: "RollbackFailed",
      why: `${failure.why}; nothing was good here before, so it still serves: merge a fix, the next release goes ahead`,
    };
  }
  if (!back?.restored)
    return {
      ended: "RollbackFailed",
      why: `${failure.why}; and not restored: ${back?.why ?? "Restore gave no answer"}`,
      freeze: true,
    };
  const where = `back on ${good ? short(good.commit) : "the release before"}`;
  if (back.verdict === "red")
    return { ended: "Held", why: `${failure.why}; ${where}, which is not green either: ${back.smoked}` };
  if (back.verdict !== "green")
    return { ended: end, why: `${failure.why}; ${where}, whose smoke could not be done: ${back.smoked}` };
  return { ended: end, why: `${failure.why}; ${where}`, ...(failure.isRed ? { quarantine: true as const } : {}) };
}

/** How an operator's rollback ends. `target`: where it goes; undefined where it never got the lock. */
export function rollbackOutcome(call: CloseCall, environment: EnvironmentItem, target: Good | undefined): Outcome {
  const refusal = readRefusal(call);
  if (refusal) return refusal;
  const back = restoringOf(call);
  if (call.restored === null) return { ended: "Unavailable", why: failureOf(call).why };
  if (environment.holder !== call.execution) return explainTakeover(environment.holder);
  if (!back?.restored)
    return { ended: "RollbackFailed", why: `not restored: ${back?.why ?? "Restore gave no answer"}`, freeze: true };
  const where = target ? `back on ${short(target.commit)} (${target.release})` : "back";
  if (back.verdict === "green") return { ended: "Restored", why: `${where}: ${back.smoked}` };
  if (back.verdict === "red")
    return { ended: "RollbackFailed", why: `${where}, which is not green: ${back.smoked}`, freeze: true };
  return { ended: "Unavailable", why: `${where}; its smoke could not be done: ${back.smoked}` };
}

const lockAnswer = v.looseObject({ fence: v.number() });

/** Whether another execution has, or had, the lock that this one held. */
function isOvertaken(call: CloseCall, { holder }: EnvironmentItem): boolean {
  if (!v.is(lockAnswer, call.answer)) return false;
  if (holder !== undefined) return holder !== call.execution;
  return call.failure?.Error === "LockLost" || restoringOf(call)?.error === "LockLost";
}

/** How an execution ends that lost the lock, by who has it now. */
export function explainTakeover(holder: string | undefined): { ended: NotReleased; why: string } {
  if (holder === undefined) return { ended: "Displaced", why: "another execution took the environment over" };
  const name = lineOf(nameOf(holder));
  if (laneOf(holder) === "rollback") return { ended: "Stopped", why: `an operator's rollback, ${name}, took over` };
  return { ended: "Displaced", why: `${laneOf(holder) ?? "another"} ${name} took over` };
}

/** Whether the service is on the rollback's target, whatever its smoke said: it then is last-known-good. */
export const isBack = (call: CloseCall, { holder }: EnvironmentItem): boolean =>
  holder === call.execution && restoringOf(call)?.restored === true;

const refusalAnswer = v.object({ next: v.literal("close"), ended: v.picklist(notReleased), why: v.string() });

function readRefusal({ answer }: CloseCall): Outcome | undefined {
  const read = v.safeParse(refusalAnswer, answer);
  return read.success ? { ended: read.output.ended, why: read.output.why } : undefined;
}

/** An answer that names nothing next is that of Mark good: the release was recorded. */
function wordsOfMarkGood({ answer }: CloseCall): string | undefined {
  const read = v.safeParse(v.strictObject({ why: v.string() }), answer);
  return read.success ? lineOf(read.output.why, 1000) : undefined;
}

const isKnown = (name: string): name is keyof typeof changeFailures => Object.hasOwn(changeFailures, name);

/** Why Change ended. An error that nobody gave a name is taken to have been met by users. */
function failureOf({ failure }: CloseCall) {
  const name = failure?.Error ?? "Unavailable";
  const why = causeIn(failure?.Cause ?? "");
  if (!isKnown(name))
    return { metUsers: true, isRed: false, ended: "Unavailable", why: `${name}: ${why}`, isVerdict: false } as const;
  return { ...changeFailures[name], why, isVerdict: name !== "Stopped" && name !== "Displaced" };
}

const restoring = v.object({
  restored: v.boolean(),
  why: v.string(),
  /** Of the smoke after it; `unknown` where that could not be done. */
  verdict: v.picklist(["green", "red", "error", "unknown"]),
  smoked: v.string(),
  /** Error that ended Restore. */
  error: v.string(),
});

/** What Restore came to; undefined where it was not entered, or gave no answer. */
function restoringOf({ restored }: CloseCall): v.InferOutput<typeof restoring> | undefined {
  const read = v.safeParse(restoring, restored);
  if (!read.success) return undefined;
  const { why, smoked } = read.output;
  return { ...read.output, why: causeIn(why), smoked: causeIn(smoked) };
}

/** A function's error comes as JSON: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
function causeIn(cause: string): string {
  if (cause === "") return "no cause is given";
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return lineOf(typeof errorMessage === "string" ? errorMessage : cause, 1500);
  } catch {
    return lineOf(cause, 1500);
  }
}
