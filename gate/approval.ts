import { type Build, buildOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import type { LockCall } from "../contract/gateCalls.ts";
import { readInput } from "../contract/input.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
import { type ApprovalItem, approvalId, approvalItem } from "../contract/question.ts";
import { lineOf } from "../contract/text.ts";
import { type Caller, type GateContext, type Refusal, refuse } from "./context.ts";
import type { Gate } from "./settings.ts";

/** What approval/ stored of this very execution: an earlier one may have had its name. */
export async function findApproval(
  { settings, ledger }: GateContext,
  { execution, startedAt }: Caller,
): Promise<ApprovalItem | undefined> {
  const item = await ledger.read(settings.ledger, approvalId(nameOf(execution)), approvalItem);
  return item?.question.execution === execution && item.question.startedAt === startedAt ? item : undefined;
}

/**
 * Why there is no approval that counts. What woke the execution proves nothing: the decision is what approval/ stored, by somebody
 * who may decide now, for the base that the environment has now.
 */
export async function checkApproval(
  context: GateContext,
  gate: Gate,
  call: LockCall,
  { good }: EnvironmentItem,
): Promise<Refusal | undefined> {
  const item = await findApproval(context, call);
  const error = call.failure?.Error;
  if (!item) return refuse("Unavailable", `the operators could not be asked (${error ?? "no question is stored"})`);
  const { decision, question } = item;
  if (!decision) {
    if (call.now >= Date.parse(question.expiresAt) || error === "States.Timeout")
      return refuse("Expired", `nobody answered within ${gate.expiresAfterHours} hours`);
    return refuse("Unavailable", "the question ended without an approver's decision: start the release again");
  }
  const by = lineOf(decision.by);
  if (decision.decision === "superseded") return refuse("Superseded", `a newer candidate was decided on by ${by}`);
  if (decision.decision === "rejected") return refuse("Rejected", `rejected by ${by}: ${lineOf(decision.reason, 500)}`);
  if (!gate.approvers.includes(decision.by))
    return refuse("Rejected", `approved by ${by}, who is not among the approvers (${gate.approvers.join(", ")})`);
  if (decision.base !== (good?.taskDefinition ?? ""))
    return refuse("BaseChanged", "what is good here changed since this release was approved: start the release again");
  return undefined;
}

/**
 * What a release or an emergency brings: as the operators were shown it where they were asked, else as its input says. Undefined where
 * that can't be read, and for a rollback.
 */
export async function findBuild(context: GateContext, call: Caller): Promise<Build | undefined> {
  if (call.lane === "rollback") return undefined;
  const isGated = call.lane === "release" && context.settings.gate !== undefined;
  const approval = isGated ? await findApproval(context, call) : undefined;
  if (approval) return approval.question.build;
  const read = readInput(call.lane, isGated, call.input);
  return "problems" in read ? undefined : buildOf(read.input.candidate);
}
