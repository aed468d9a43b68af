import * as v from "valibot";
import { buildOf, digestOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import type { AdmitAnswer, AdmitCall } from "../contract/gateCalls.ts";
import type { EmergencyInput } from "../contract/input.ts";
import { askingId, type OverrideRecord, overrideRecordId } from "../contract/ledger.ts";
import { consoleLink } from "../contract/links.ts";
import type { Question } from "../contract/question.ts";
import { lineOf, short } from "../contract/text.ts";
import { type Assessment, assess } from "./assess.ts";
import { type GateContext, type Refusal, refuse } from "./context.ts";
import { ledgerChanged } from "./ledger.ts";
import { admitRollback } from "./rollback.ts";
import { explainContainment } from "./rules.ts";

/** May it go ahead, and what comes next: the operators, the lock, or an end. */
export async function admit(context: GateContext, call: AdmitCall): Promise<AdmitAnswer> {
  if (call.lane === "rollback") return admitRollback(context, call);
  const assessment = await assess(context, call);
  if (assessment.next === "wait for evidence") return { next: "wait", after: "admit", seconds: 5, why: assessment.why };
  if (assessment.next === "close") return assessment;
  if (call.lane === "emergency") return admitEmergency(context, call, assessment);
  const { gate } = context.settings;
  if (!gate) return { next: "lock", why: "nothing speaks against it" };
  const refusal = await claimQuestion(context, call, assessment);
  if (refusal) return refusal;
  const seconds = gate.expiresAfterHours * 3600;
  const question = questionOf(call, assessment, call.now + seconds * 1000);
  return { next: "ask", question, seconds, why: "it takes an operator's approval" };
}

/**
 * Who may start the machine is an emergency's gate. Its reason and incident are on record before anything is deployed, and everybody is
 * told, once more where the answer to the first call was lost.
 */
async function admitEmergency(
  { settings, ledger, tell }: GateContext,
  call: AdmitCall,
  { candidate, input }: Assessment,
): Promise<AdmitAnswer> {
  const { override, requestedBy } = input as EmergencyInput;
  const record: OverrideRecord = {
    id: overrideRecordId(call.execution),
    reason: override.reason,
    incident: override.incident,
    smoke: override.smoke ?? "enforce",
    requestedBy,
    build: buildOf(candidate),
    at: new Date(call.now).toISOString(),
  };
  await ledger.put(settings.ledger, record);
  await tell({
    subject: `EMERGENCY ${short(candidate.commit)}`,
    lines: [
      `${lineOf(requestedBy)} deploys ${lineOf(candidate.ref)} (${candidate.commit}) to ${settings.environment} without approval.`,
      `Image: ${candidate.image}`,
      `Incident: ${override.incident}`,
      `Reason: ${override.reason}`,
      ...(record.smoke === "advisory" ? ["Smokes report and stop nothing (advisory)."] : []),
      "A post-incident note is owed.",
      `Execution: ${consoleLink(call.execution)}`,
    ],
  });
  return { next: "lock", why: `incident ${lineOf(override.incident)}` };
}

const claim = v.object({ execution: v.string() });

/** One open question a candidate: fifty starts of one must not send a hundred mails. */
async function claimQuestion(
  { settings, ledger, executions }: GateContext,
  { execution }: AdmitCall,
  { candidate }: Assessment,
): Promise<Refusal | undefined> {
  const id = askingId(digestOf(candidate.image));
  const holder = (await ledger.read(settings.ledger, id, claim))?.execution;
  if (holder === execution) return undefined;
  if (holder !== undefined && (await executions.isRunning(holder))) {
    const why = `${nameOf(holder)}, which is under way, brings the same image of ${short(candidate.commit)}`;
    return refuse("Superseded", why);
  }
  const isMine = await ledger.update(settings.ledger, id, {
    set: { execution },
    condition: holder === undefined ? "attribute_not_exists(#execution)" : "#execution = :holder",
    values: holder === undefined ? {} : { ":holder": holder },
  });
  if (!isMine) throw ledgerChanged(`another release of ${short(candidate.commit)} began`);
  return undefined;
}

/** `expiresAt`: milliseconds since 1970. */
function questionOf(
  call: AdmitCall,
  { candidate, input, environment, evidence }: Assessment,
  expiresAt: number,
): Question {
  const { good, mustContain } = environment;
  const contains = "contains" in input ? input.contains : undefined;
  const knownBy = mustContain && explainContainment({ mustContain, candidate, contains });
  return {
    execution: call.execution,
    startedAt: call.startedAt,
    requestedBy: lineOf(input.requestedBy, 256),
    build: buildOf(candidate),
    evidence,
    base: good ?? null,
    ...(mustContain && knownBy ? { hotfix: { commit: mustContain, knownBy } } : {}),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}
