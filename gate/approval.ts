import type { LockCall } from "../contract/calls.ts";
import { nameOf } from "../contract/execution.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
import { approvalId, approvalItem } from "../contract/question.ts";
import { lineOf } from "../contract/text.ts";
import type { GateContext } from "./context.ts";
import { close, type Refusal } from "./refusal.ts";
import type { Gate } from "./settings.ts";

/**
 * Why there is no approval that counts. What woke the execution proves nothing: the decision is what approval/ stored, by somebody
 * who may decide now, for the base that the environment has now.
 */
export async function checkApproval(
  { settings, ledger }: GateContext,
  gate: Gate,
  call: LockCall,
  { good }: EnvironmentItem,
): Promise<Refusal | undefined> {
  const item = await ledger.read(settings.ledger, approvalId(nameOf(call.execution)), approvalItem);
  const mine = item?.question.execution === call.execution && item.question.startedAt === call.startedAt;
  if (!item || !mine)
    return close("Unavailable", `the operators could not be asked (${call.failure?.Error ?? "no question is stored"})`);
  const { decision, question } = item;
  if (!decision) {
    if (call.now >= Date.parse(question.expiresAt) || call.failure?.Error === "States.Timeout")
      return close("Expired", `nobody answered within ${gate.expiresAfterHours} hours`);
    return close("Unavailable", "the question ended without an approver's decision: promote again");
  }
  const by = lineOf(decision.by);
  if (decision.decision === "superseded") return close("Superseded", `a newer candidate was decided on by ${by}`);
  if (decision.decision === "rejected") return close("Rejected", `rejected by ${by}: ${lineOf(decision.reason, 500)}`);
  if (!gate.approvers.includes(decision.by))
    return close("Rejected", `approved by ${by}, who is not among the approvers (${gate.approvers.join(", ")})`);
  if (decision.base !== (good?.taskDefinition ?? ""))
    return close("BaseChanged", "what is good here changed since this release was approved: promote it again");
  return undefined;
}
