import { type Candidate, digestOf } from "../contract/candidate.ts";
import { type LaneInputs, readInput } from "../contract/input.ts";
import { type EnvironmentItem, releaseRecord, releaseRecordId } from "../contract/ledger.ts";
import type { Caller, GateContext } from "./context.ts";
import { judgeEvidence } from "./evidence.ts";
import { isRunning } from "./executions.ts";
import { readQuarantines } from "./quarantine.ts";
import { close, type Refusal } from "./refusal.ts";
import { checkRedeploy, checkRegistry, isRedeploy, refuseCandidate } from "./rules.ts";

/** A candidate that nothing speaks against. */
export interface Assessment {
  next: "go";
  environment: EnvironmentItem;
  candidate: Candidate;
  input: LaneInputs["release"] | LaneInputs["emergency"];
  /** ARN of the execution that found it green; null for a redeploy and where no evidence is needed. */
  evidence: string | null;
}

/** Whether the release or emergency may go ahead, from input, ledger and evidence: everything but approval and lock. */
export async function assess(
  context: GateContext,
  call: Caller,
): Promise<Assessment | Refusal | { next: "wait for evidence"; why: string }> {
  const { settings, ledger } = context;
  const lane = call.lane === "emergency" ? "emergency" : "release";
  if (call.redrives > 0) return redriven;
  const read = readInput(lane, settings.gate !== undefined, call.input);
  if ("problems" in read) return close("InvalidInput", read.problems);
  const { input } = read;
  const { candidate } = input;
  const unregistered = checkRegistry(candidate, settings.registries);
  if (unregistered) return unregistered;
  const used = await checkName(context, call);
  if (used) return used;

  const environment = await ledger.environment(settings.ledger);
  const { good } = environment;
  const pass = (trusted: Candidate, evidence: string | null): Assessment => ({
    next: "go",
    environment,
    candidate: trusted,
    input,
    evidence,
  });
  if (lane === "emergency") return pass(candidate, null);

  const own = await readQuarantines(context, settings.ledger, digestOf(candidate.image));
  const contains = "contains" in input ? input.contains : undefined;
  const rule = (trusted: Candidate) =>
    refuseCandidate({ environment, candidate: trusted, quarantine: own[settings.template], contains });
  if (isRedeploy(candidate, good)) {
    // Its facts are the ledger's; nothing is known of what it changes, so every check runs.
    const { history: _, changedPaths: __, ...same } = candidate;
    const trusted = { ...same, sequence: good.sequence };
    return checkRedeploy(candidate, good) ?? rule(trusted) ?? pass(trusted, null);
  }
  if (!settings.gate) return rule(candidate) ?? pass(candidate, null);

  const named = "evidence" in input ? input.evidence?.executionArn : undefined;
  const verdict = judgeEvidence({
    gate: settings.gate,
    candidate,
    startedAt: Date.parse(call.startedAt),
    now: call.now,
    evidence: named === undefined ? undefined : await readEvidence(context, settings.gate.ledger, named, candidate),
  });
  if ("wait" in verdict) return { next: "wait for evidence", why: verdict.wait };
  if ("ended" in verdict) return verdict;
  return rule(verdict.candidate) ?? pass(verdict.candidate, named ?? null);
}

/** Redriving re-enters half-way, days later perhaps. */
export const redriven = close("InvalidInput", "a redriven execution releases nothing: start a new one");

/** Records are written once, so a name that ended before (AWS lets it be used again after 90 days) can't end again. */
export async function checkName({ settings, ledger }: GateContext, call: Caller): Promise<Refusal | undefined> {
  const before = await ledger.read(settings.ledger, releaseRecordId(call.execution), releaseRecord);
  if (!before || before.startedAt === call.startedAt) return undefined;
  return close("InvalidInput", `the execution's name was used before, on ${before.startedAt}: start it under another`);
}

async function readEvidence(context: GateContext, table: string, executionArn: string, candidate: Candidate) {
  const [described, quarantines] = await Promise.all([
    context.executions.describe(executionArn),
    readQuarantines(context, table, digestOf(candidate.image)),
  ]);
  return { executionArn, described, quarantines: Object.values(quarantines) };
}

/** Whether an execution that the ledger names still runs; one whose history is gone doesn't. */
export const stillRuns = async ({ executions }: GateContext, executionArn: string): Promise<boolean> =>
  isRunning(await executions.describe(executionArn));
