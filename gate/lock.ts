import { type Candidate, usefulPaths } from "../contract/candidate.ts";
import { releaseOf } from "../contract/execution.ts";
import type { LockAnswer, LockCall } from "../contract/gateCalls.ts";
import type { EmergencyInput } from "../contract/input.ts";
import type { EnvironmentItem, Good, SmokeRule } from "../contract/ledger.ts";
import { checkApproval } from "./approval.ts";
import { assess } from "./assess.ts";
import { type GateContext, isRefusal, type Refusal, refuse } from "./context.ts";
import { frozenSinceOf } from "./freeze.ts";
import { explainTakeover } from "./outcome.ts";
import { chooseTarget } from "./rollback.ts";
import { checkHolder, checkLine } from "./waiting.ts";

/**
 * Takes the environment's lock, and decides everything again under it: the question may have been open for days. The same holder may
 * take it again; a holder that is over loses it.
 */
export async function lock(context: GateContext, call: LockCall): Promise<LockAnswer> {
  const before = await decide(context, call);
  if (isRefusal(before)) return before;
  const { environment } = before;
  if (environment.holder !== call.execution) {
    const obstacle =
      ("candidate" in before ? await checkLine(context, call, environment, before.candidate) : undefined) ??
      (await checkHolder(context, call, environment));
    if (obstacle) return obstacle;
    if (!(await take(context, call, environment)))
      return { next: "wait", after: "lock again", seconds: 5, why: "another execution was faster" };
  }
  // What was read before the lock was taken may have changed.
  const after = await decide(context, call);
  if (isRefusal(after)) return after;
  const { holder, fence } = after.environment;
  if (holder !== call.execution) {
    const { ended, why } = explainTakeover(holder);
    return refuse(ended, why);
  }
  const lock = { why: "the lock is held", fence, lockedAt: call.now, frozenSince: frozenSinceOf(after.environment) };
  if ("target" in after) return { next: "restore", ...lock, target: after.target };
  const { candidate, smoke } = after;
  return {
    next: "change",
    ...lock,
    candidate: {
      image: candidate.image,
      commit: candidate.commit,
      changedPaths: findChanges(candidate, after.environment),
    },
    release: releaseOf(call.execution),
    smoke,
    target: null,
  };
}

/** What the lock is wanted for. */
type Purpose =
  | { environment: EnvironmentItem; candidate: Candidate; smoke: SmokeRule }
  | { environment: EnvironmentItem; target: Good };

/** Decides everything anew; refuses what isn't wanted any more. */
async function decide(context: GateContext, call: LockCall): Promise<Purpose | Refusal> {
  if (call.lane === "rollback") return chooseTarget(context, call);
  const assessment = await assess(context, call);
  if (assessment.next === "close") return assessment;
  if (assessment.next === "wait for evidence") return refuse("NoGreenEvidence", assessment.why);
  const { environment, candidate, input } = assessment;
  const { gate } = context.settings;
  const refusal = call.lane === "release" && gate ? await checkApproval(context, gate, call, environment) : undefined;
  const { override } = input as Partial<EmergencyInput>;
  return refusal ?? { environment, candidate, smoke: override?.smoke ?? "enforce" };
}

/** What changed since the release that runs here; null where that isn't known. */
function findChanges(candidate: Candidate, { good, unproven }: EnvironmentItem): Candidate["changedPaths"] | null {
  const changes = usefulPaths(candidate);
  return changes && changes.since === (unproven ?? good)?.commit ? changes : null;
}

/** One conditional write: whoever saw the same holder and fence first has it. */
const take = (
  { settings, ledger }: GateContext,
  { execution, now }: LockCall,
  { holder, fence, next }: EnvironmentItem,
): Promise<boolean> =>
  ledger.update(settings.ledger, "environment", {
    set: { holder: execution, heldSince: new Date(now).toISOString(), fence: fence + 1 },
    remove: next?.execution === execution ? ["next"] : [],
    condition: `#fence = :fence AND ${holder === undefined ? "attribute_not_exists(#holder)" : "#holder = :holder"}`,
    values: { ":fence": fence, ...(holder === undefined ? {} : { ":holder": holder }) },
  });
