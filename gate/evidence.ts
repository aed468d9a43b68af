import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { type Candidate, digestOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import { readInput } from "../contract/input.ts";
import { lineOf, moment, short } from "../contract/text.ts";
import { type Caller, type GateContext, type Refusal, refuse } from "./context.ts";
import type { ExecutionState } from "./executions.ts";
import { readQuarantines } from "./quarantine.ts";
import type { Gate } from "./settings.ts";

export interface EvidenceArgs {
  gate: Gate;
  candidate: Candidate;
  /** The execution that the release names. */
  executionArn: string | undefined;
}

/** What the evidence says: the candidate that counts, that it isn't finished yet, or why there is none. */
type Verdict = { candidate: Candidate } | { wait: string } | Refusal;

/**
 * Whether the environment before has released this very candidate. The candidate that counts is the one in the evidence's own input:
 * the starter's is a copy.
 */
export async function judgeEvidence(
  context: GateContext,
  call: Caller,
  { gate, candidate, executionArn }: EvidenceArgs,
): Promise<Verdict> {
  if (executionArn === undefined)
    return none(
      "evidence.executionArn is missing: name the execution that released this candidate in the environment before",
    );
  // Others may not even be read.
  if (stateMachineOf(executionArn) !== gate.machine)
    return none(`${executionArn} is no execution of ${gate.machine}, whose releases are evidence`);
  const execution = await context.executions.describe(executionArn);
  if (!execution) return none(`there is no execution ${executionArn}`);
  const name = lineOf(nameOf(executionArn));
  const verdict = judgeExecution(name, execution, candidate, call);
  if (!("candidate" in verdict)) return verdict;
  return checkAge(name, execution, gate, call) ?? (await checkSmokes(context, gate, execution, candidate)) ?? verdict;
}

const none = (why: string): Refusal => refuse("NoGreenEvidence", why);

/** `arn:…:execution:<machine>:<name>` → `arn:…:stateMachine:<machine>`. */
const stateMachineOf = (executionArn: string): string =>
  executionArn.slice(0, executionArn.lastIndexOf(":")).replace(":execution:", ":stateMachine:");

/** How long a release waits for evidence that is still running: the environment before offers as its last step. Milliseconds. */
const patience = 120_000;

const releaseOutput = v.object({ ended: v.literal("Released"), digest: v.string() });

function judgeExecution(
  name: string,
  { redrives, input, status, output }: ExecutionState,
  candidate: Candidate,
  { startedAt, now }: Caller,
): Verdict {
  if (redrives > 0) return none(`${name} was redriven: only a release in one go is evidence; merge again`);
  const read = readInput("release", false, input);
  if ("problems" in read) return none(`the input of ${name} can't be read: ${read.problems}`);
  if (!isDeepStrictEqual(read.input.candidate, candidate))
    return refuse("InvalidInput", `candidate differs from the one in the input of ${name}: send that one`);
  if (status === "RUNNING") {
    if (now - Date.parse(startedAt) < patience) return { wait: `${name} is still running` };
    return none(`${name} was still running after ${patience / 60_000} minutes`);
  }
  if (status !== "SUCCEEDED") return none(`${name} ended ${status}`);
  const release = v.safeParse(releaseOutput, output);
  if (!release.success || release.output.digest !== digestOf(candidate.image))
    return none(`${name} did not release ${short(candidate.commit)}`);
  return { candidate: read.input.candidate };
}

function checkAge(
  name: string,
  { stoppedAt = 0 }: ExecutionState,
  { evidenceDays }: Gate,
  { now }: Caller,
): Refusal | undefined {
  if (now - stoppedAt <= evidenceDays * 86_400_000) return undefined;
  return none(`${name} ended on ${moment(stoppedAt)}, and evidence counts for ${evidenceDays} days: merge again`);
}

/** A red smoke revokes the evidence that there was before it, whatever template it was red under. */
async function checkSmokes(
  context: GateContext,
  { ledger }: Gate,
  { startedAt }: ExecutionState,
  { image }: Candidate,
): Promise<Refusal | undefined> {
  const quarantines = Object.values(await readQuarantines(context, ledger, digestOf(image)));
  const revocation = quarantines.find(({ by, at }) => by === "smoke" && !(Date.parse(at) < startedAt));
  if (!revocation) return undefined;
  return none(`a later smoke in the environment before was red: ${lineOf(revocation.reason, 1000)}`);
}
