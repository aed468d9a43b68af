import { type Candidate, digestOf } from "../contract/candidate.ts";
import { type LaneInputs, readInput } from "../contract/input.ts";
import { type EnvironmentItem, releaseRecord, releaseRecordId } from "../contract/ledger.ts";
import { type Caller, type GateContext, type Refusal, refuse } from "./context.ts";
import { judgeEvidence } from "./evidence.ts";
import { readQuarantines } from "./quarantine.ts";
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
  const unfit = await checkStart(context, call);
  if (unfit) return unfit;
  const read = readInput(lane, settings.gate !== undefined, call.input);
  if ("problems" in read) return refuse("InvalidInput", read.problems);
  const { input } = read;
  const { candidate } = input;
  const foreign = checkRegistry(candidate, settings.registries);
  if (foreign) return foreign;

  const environment = await ledger.environment(settings.ledger);
  const { good } = environment;
  const go = (candidate: Candidate, evidence: string | null): Assessment => ({
    next: "go",
    environment,
    candidate,
    input,
    evidence,
  });
  if (lane === "emergency") return go(candidate, null);

  const quarantines = await readQuarantines(context, settings.ledger, digestOf(candidate.image));
  const contains = "contains" in input ? input.contains : undefined;
  const check = (candidate: Candidate) =>
    refuseCandidate({ environment, candidate, quarantine: quarantines[settings.template], contains });
  if (isRedeploy(candidate, good)) {
    // Its facts are the ledger's; nothing is known of what it changes, so every check runs.
    const { history: _, changedPaths: __, ...rest } = candidate;
    const same = { ...rest, sequence: good.sequence };
    return checkRedeploy(candidate, good) ?? check(same) ?? go(same, null);
  }
  const { gate } = settings;
  if (!gate) return check(candidate) ?? go(candidate, null);

  const executionArn = "evidence" in input ? input.evidence?.executionArn : undefined;
  const verdict = await judgeEvidence(context, call, { gate, candidate, executionArn });
  if ("wait" in verdict) return { next: "wait for evidence", why: verdict.wait };
  if ("ended" in verdict) return verdict;
  return check(verdict.candidate) ?? go(verdict.candidate, executionArn ?? null);
}

/**
 * Whether the execution may ask for anything. Redriving re-enters half-way, days later perhaps; and records are written once, so a name
 * that ended before (AWS lets it be used again after 90 days) can't end again.
 */
export async function checkStart({ settings, ledger }: GateContext, call: Caller): Promise<Refusal | undefined> {
  if (call.redrives > 0) return refuse("InvalidInput", "a redriven execution releases nothing: start a new one");
  const before = await ledger.read(settings.ledger, releaseRecordId(call.execution), releaseRecord);
  if (!before || before.startedAt === call.startedAt) return undefined;
  const why = `the execution's name was used before, on ${before.startedAt}: start it under another`;
  return refuse("InvalidInput", why);
}
