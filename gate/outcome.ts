import * as v from "valibot";
import type { CloseCall } from "../contract/calls.ts";
import { changeFailures, type Ended, notReleased } from "../contract/ends.ts";
import { laneOf, nameOf } from "../contract/execution.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
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

/** What the execution's variables say of Restore: `null` where it was not entered. */
const restoring = v.nullable(
  v.object({
    restored: v.boolean(),
    why: v.string(),
    /** Of the smoke after it; `unknown` where that could not be done. */
    verdict: v.picklist(["green", "red", "error", "unknown"]),
    smoked: v.string(),
    /** Error that ended Restore. */
    error: v.string(),
  }),
);
type Restoring = NonNullable<v.InferOutput<typeof restoring>>;

/** How a release or an emergency ends: from the ledger first, then from what Change and Restore came to. */
export function outcomeOf(call: CloseCall, environment: EnvironmentItem): Outcome {
  const { execution } = call;
  const { good, unproven, holder, deploying } = environment;
  if (good?.execution === execution) return { ended: "Released", why: smokeWords(call) };
  if (unproven?.execution === execution)
    return { ended: "Released", why: `advisory, and not recorded as good: ${smokeWords(call)}` };
  const refused = v.safeParse(refusal, call.answer);
  if (refused.success) return { ended: refused.output.ended, why: refused.output.why };
  const { name, why } = failureOf(call);
  const failure =
    name === "LockLost" ? changeFailures.Displaced : isKnown(name) ? changeFailures[name] : unknownFailure;
  const said = isKnown(name) ? why : `${name}: ${why}`;
  if (holder !== undefined && holder !== execution)
    return { ...takenOver(holder), ...(name === "Stopped" ? { why } : {}) };
  // Nothing of this release can be in ECS where it was never announced.
  if (deploying?.execution !== execution) return { ended: failure.metUsers ? "Unavailable" : failure.ended, why: said };

  const back = restoringOf(call);
  const end = failure.metUsers ? "RolledBack" : failure.ended;
  if (back.error === "NothingToRestore") {
    if (!failure.metUsers) return { ended: end, why: said };
    return {
      ended: "RollbackFailed",
      why: `${said}; nothing was good here before, so it still serves: merge a fix, the next release goes ahead`,
    };
  }
  if (!back.restored) return { ended: "RollbackFailed", why: `${said}; and not restored: ${back.why}`, freeze: true };
  const where = `back on ${good ? short(good.commit) : "the release before"}`;
  if (back.verdict === "red")
    return { ended: "Held", why: `${said}; ${where}, which is not green either: ${back.smoked}` };
  if (back.verdict !== "green")
    return { ended: end, why: `${said}; ${where}, whose smoke could not be done: ${back.smoked}` };
  return { ended: end, why: `${said}; ${where}`, ...(failure.isRed ? { quarantine: true as const } : {}) };
}

/** How an operator's rollback ends. */
export function rollbackOutcome(call: CloseCall, target: { commit: string; release: string } | undefined): Outcome {
  const refused = v.safeParse(refusal, call.answer);
  if (refused.success) return { ended: refused.output.ended, why: refused.output.why };
  const { name, why } = failureOf(call);
  if (call.restored === null) return { ended: "Unavailable", why: `${name}: ${why}` };
  const back = restoringOf(call);
  if (back.error === "LockLost") return { ended: "Displaced", why: back.why };
  if (!back.restored) return { ended: "RollbackFailed", why: `not restored: ${back.why}`, freeze: true };
  const where = target ? `back on ${short(target.commit)} (${target.release})` : "back";
  if (back.verdict === "green") return { ended: "Restored", why: `${where}: ${back.smoked}` };
  if (back.verdict === "red")
    return { ended: "RollbackFailed", why: `${where}, which is not green: ${back.smoked}`, freeze: true };
  return { ended: "Unavailable", why: `${where}; its smoke could not be done: ${back.smoked}` };
}

/** Whether the service is on the target, whatever its smoke said: it then is last-known-good. */
export const isBack = (call: CloseCall): boolean => call.restored !== null && restoringOf(call).restored;

/** Errors that nobody gave a name are taken to have been met by users. */
const unknownFailure = { metUsers: true, isRed: false, ended: "Unavailable" } as const;

const isKnown = (name: string): name is keyof typeof changeFailures => Object.hasOwn(changeFailures, name);

function takenOver(holder: string): Outcome {
  const name = nameOf(holder);
  if (laneOf(holder) === "rollback") return { ended: "Stopped", why: `an operator's rollback, ${name}, took over` };
  return { ended: "Displaced", why: `${laneOf(holder) ?? "another"} ${name} took over` };
}

function failureOf({ failure }: CloseCall): { name: string; why: string } {
  return { name: failure?.Error ?? "Unavailable", why: causeIn(failure?.Cause) };
}

/** A function's error comes as JSON: https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
function causeIn(cause: string | undefined): string {
  if (cause === undefined || cause === "") return "no cause is given";
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return lineOf(typeof errorMessage === "string" ? errorMessage : cause, 1500);
  } catch {
    return lineOf(cause, 1500);
  }
}

function restoringOf({ restored }: CloseCall): Restoring {
  const read = v.safeParse(restoring, restored);
  if (read.success && read.output) {
    const { why, smoked } = read.output;
    return { ...read.output, why: causeIn(why), smoked: causeIn(smoked) };
  }
  return { restored: false, why: "Restore gave no answer", verdict: "unknown", smoked: "", error: "" };
}

function smokeWords({ answer }: CloseCall): string {
  const read = v.safeParse(v.looseObject({ why: v.string() }), answer);
  return read.success ? lineOf(read.output.why, 1000) : "green";
}

const refusal = v.object({ next: v.literal("close"), ended: v.picklist(notReleased), why: v.string() });
