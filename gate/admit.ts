import * as v from "valibot";
import type { AdmitAnswer, AdmitCall } from "../contract/calls.ts";
import { buildOf, type Candidate, digestOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import type { EmergencyInput } from "../contract/input.ts";
import { askingId, overrideRecordId } from "../contract/ledger.ts";
import { consoleLink } from "../contract/links.ts";
import type { Question } from "../contract/question.ts";
import { lineOf, short } from "../contract/text.ts";
import { type Assessment, assess, stillRuns } from "./assess.ts";
import type { GateContext } from "./context.ts";
import { close, type Refusal } from "./refusal.ts";
import { admitRollback } from "./rollback.ts";
import { containing } from "./rules.ts";

/** May it go ahead, and what comes next: the operators, the lock, or an end. */
export async function admit(context: GateContext, call: AdmitCall): Promise<AdmitAnswer> {
  if (call.lane === "rollback") return admitRollback(context, call);
  const assessment = await assess(context, call);
  if (assessment.next === "wait for evidence") return { next: "wait", after: "admit", seconds: 5, why: assessment.why };
  if (assessment.next === "close") return assessment;
  if (call.lane === "emergency") return admitEmergency(context, call, assessment);
  const { gate } = context.settings;
  if (!gate) return { next: "lock", why: "nothing speaks against it" };
  const taken = await claimQuestion(context, call, assessment);
  if (taken) return taken;
  const seconds = gate.expiresAfterHours * 3600;
  const question = questionOf(call, assessment, call.now + seconds * 1000);
  return { next: "ask", question, seconds, why: "it takes an operator's approval" };
}

/** Who may start the machine is an emergency's gate. Its reason and incident are on record before anything is deployed. */
async function admitEmergency(
  { settings, ledger, tell }: GateContext,
  call: AdmitCall,
  { candidate, input }: Assessment,
): Promise<AdmitAnswer> {
  const { override, requestedBy } = input as EmergencyInput;
  const build = buildOf(candidate);
  const first = await ledger.put(settings.ledger, {
    id: overrideRecordId(call.execution),
    reason: override.reason,
    incident: override.incident,
    smoke: override.smoke ?? "enforce",
    requestedBy,
    build,
    at: new Date(call.now).toISOString(),
  } as { id: string });
  if (first)
    await tell({
      subject: `EMERGENCY ${short(candidate.commit)}`,
      lines: [
        `${lineOf(requestedBy)} deploys ${lineOf(candidate.ref)} (${candidate.commit}) to ${settings.environment} without approval.`,
        `Image: ${candidate.image}`,
        `Incident: ${lineOf(override.incident)}`,
        `Reason: ${lineOf(override.reason, 1000)}`,
        ...(override.smoke === "advisory" ? ["Smokes report and stop nothing (advisory)."] : []),
        "A post-incident note is owed.",
        `Execution: ${consoleLink(call.execution)}`,
      ],
    });
  return { next: "lock", why: `incident ${lineOf(override.incident)}` };
}

/** One open question a candidate: fifty starts of one must not send a hundred mails. */
async function claimQuestion(
  context: GateContext,
  call: AdmitCall,
  { candidate }: Assessment,
): Promise<Refusal | undefined> {
  const { settings, ledger } = context;
  const id = askingId(digestOf(candidate.image));
  const asking = await ledger.read(settings.ledger, id, v.object({ execution: v.string() }));
  const other = asking && asking.execution !== call.execution ? asking.execution : undefined;
  if (other === undefined || !(await stillRuns(context, other))) {
    const claimed = await ledger.update(settings.ledger, id, {
      set: { execution: call.execution },
      condition: "attribute_not_exists(#execution) OR #execution IN (:me, :other)",
      values: { ":me": call.execution, ":other": other ?? call.execution },
    });
    if (claimed) return undefined;
  }
  return close(
    "Superseded",
    `the operators are being asked about ${short(candidate.commit)} by ${nameOf(other ?? "another execution")} already`,
  );
}

function questionOf(
  call: AdmitCall,
  { candidate, input, environment, evidence }: Assessment,
  expiresAt: number,
): Question {
  const { good, mustContain } = environment;
  return {
    execution: call.execution,
    startedAt: call.startedAt,
    requestedBy: lineOf(input.requestedBy, 256),
    build: buildOf(candidate),
    evidence,
    base: good ?? null,
    ...hotfixOf(candidate, input, mustContain),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/** That a hotfix is involved, and how it is known that the candidate contains it. */
function hotfixOf(
  candidate: Candidate,
  input: Assessment["input"],
  mustContain: string | undefined,
): Pick<Question, "hotfix"> {
  const contains = "contains" in input ? input.contains : undefined;
  const knownBy = mustContain && containing({ mustContain, candidate, contains });
  return mustContain && knownBy ? { hotfix: { commit: mustContain, knownBy } } : {};
}
