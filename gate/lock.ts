import type { LockAnswer, LockCall } from "../contract/calls.ts";
import { usefulPaths } from "../contract/candidate.ts";
import { laneOf, nameOf, releaseOf } from "../contract/execution.ts";
import type { EmergencyInput } from "../contract/input.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
import { checkApproval } from "./approval.ts";
import { assess, stillRuns } from "./assess.ts";
import type { GateContext } from "./context.ts";
import { isOver } from "./executions.ts";
import { close, isRefusal, type Refusal } from "./refusal.ts";
import { targetOf } from "./rollback.ts";
import { frozenSinceOf } from "./rules.ts";

/**
 * Takes the environment's lock, and decides everything again under it: the question may have been open for days. The same holder may
 * take it again; a holder that is over loses it.
 */
export async function lock(context: GateContext, call: LockCall): Promise<LockAnswer> {
  const before = await decide(context, call);
  if (isRefusal(before)) return before;
  const { environment } = before;
  if (environment.holder !== call.execution) {
    const waiting = (await checkLine(context, call, environment)) ?? (await checkHolder(context, call, environment));
    if (waiting) return waiting;
    if (!(await take(context, call, environment)))
      return wait(context, call, environment, "another execution was faster");
  }
  // What was read before the lock was taken may have changed.
  const after = await decide(context, call);
  if (isRefusal(after)) return after;
  const { holder, fence } = after.environment;
  if (holder !== call.execution) return wait(context, call, after.environment, "another execution took the lock over");
  const shared = { fence, lockedAt: call.now, frozenSince: frozenSinceOf(after.environment) };
  if (after.kind === "rollback") return { next: "restore", why: "the lock is held", ...shared, target: after.target };
  const { candidate, smoke } = after;
  const changedPaths = usefulPaths(candidate);
  return {
    next: "change",
    why: "the lock is held",
    ...shared,
    candidate: {
      image: candidate.image,
      commit: candidate.commit,
      changedPaths: changedPaths && after.environment.good?.commit === changedPaths.since ? changedPaths : null,
    },
    release: releaseOf(call.execution),
    smoke,
    target: null,
  };
}

/** What the lock is wanted for, or why it isn't wanted any more. */
async function decide(context: GateContext, call: LockCall) {
  if (call.lane === "rollback") return targetOf(context, call);
  const assessment = await assess(context, call);
  if (assessment.next === "close") return assessment;
  if (assessment.next === "wait for evidence") return close("NoGreenEvidence", assessment.why);
  const { gate } = context.settings;
  const refused = call.lane === "release" && gate && (await checkApproval(context, gate, call, assessment.environment));
  if (refused) return refused;
  const { override } = assessment.input as Partial<EmergencyInput>;
  return { ...assessment, kind: "change" as const, smoke: override?.smoke ?? ("enforce" as const) };
}

/**
 * A release or a rollback that holds the lock is waited for. An emergency doesn't wait for a release, nor does an operator's rollback
 * for whatever it is to end: they take over, and the fence keeps the former holder from changing anything more.
 */
async function checkHolder(
  context: GateContext,
  call: LockCall,
  environment: EnvironmentItem,
): Promise<LockAnswer | undefined> {
  const { holder, heldSince } = environment;
  if (holder === undefined) return undefined;
  const described = await context.executions.describe(holder);
  if (isOver(described)) return undefined;
  if (described === "unknown" && call.now - Date.parse(heldSince ?? "") > forgotten) return undefined;
  const overtaken = { release: [], emergency: ["release"], rollback: ["release", "emergency"] }[call.lane];
  if (described !== "unknown" && overtaken.some((lane) => lane === laneOf(holder))) return undefined;
  return wait(context, call, environment, `${nameOf(holder)} holds the environment`);
}

/** DescribeExecution may not show an execution that has just begun; one whose history is gone holds nothing for long. Milliseconds. */
const forgotten = 5 * 60_000;

/** Where every merge is released, the newest candidate that waits goes next. */
async function checkLine(
  context: GateContext,
  call: LockCall,
  environment: EnvironmentItem,
): Promise<Refusal | undefined> {
  const { settings, ledger } = context;
  if (call.lane !== "release" || settings.gate || environment.holder === undefined) {
    const { next } = environment;
    if (call.lane !== "release" || settings.gate || !next || next.execution === call.execution) return undefined;
    return (await isOvertaken(context, call, next)) ? superseded(next) : undefined;
  }
  const { next } = environment;
  if (next?.execution === call.execution) return undefined;
  if (next && (await isOvertaken(context, call, next))) return superseded(next);
  if (next && sequenceIn(call.input) <= next.sequence && (await stillRuns(context, next.execution))) return undefined;
  await ledger.update(settings.ledger, "environment", {
    set: { next: { execution: call.execution, sequence: sequenceIn(call.input) } },
    condition: next ? "#next.execution = :next" : "attribute_not_exists(#next)",
    values: next ? { ":next": next.execution } : {},
  });
  return undefined;
}

const isOvertaken = async (context: GateContext, call: LockCall, next: NonNullable<EnvironmentItem["next"]>) =>
  sequenceIn(call.input) < next.sequence && (await stillRuns(context, next.execution));

const superseded = (next: NonNullable<EnvironmentItem["next"]>): Refusal =>
  close("Superseded", `${nameOf(next.execution)}, a newer candidate, is waiting`);

/** The input has been read before: it holds a candidate. */
const sequenceIn = (input: unknown): number => (input as { candidate: { sequence: number } }).candidate.sequence;

/** One conditional write: whoever saw the same holder and fence first has it. */
const take = (
  { settings, ledger }: GateContext,
  call: LockCall,
  { holder, fence }: EnvironmentItem,
): Promise<boolean> =>
  ledger.update(settings.ledger, "environment", {
    set: { holder: call.execution, heldSince: new Date(call.now).toISOString(), fence: fence + 1 },
    remove: ["next"],
    condition: `#fence = :fence AND ${holder === undefined ? "attribute_not_exists(#holder)" : "#holder = :holder"}`,
    values: { ":fence": fence, ...(holder === undefined ? {} : { ":holder": holder }) },
  });

/** More rarely the longer it takes: no wait that can be configured may fill an execution's history. */
function wait(
  { settings }: GateContext,
  { since, now }: LockCall,
  { holder }: EnvironmentItem,
  why: string,
): LockAnswer {
  const waited = now - since;
  if (waited >= settings.lockWaitMinutes * 60_000)
    return close("Busy", `the environment was held by ${holder ?? "others"} for ${settings.lockWaitMinutes} minutes`);
  const seconds = Math.min(120, Math.max(5, Math.round(waited / 20_000)));
  return { next: "wait", after: "lock again", seconds, why };
}
