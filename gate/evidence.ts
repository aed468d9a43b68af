import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import { type Candidate, digestOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import { readInput } from "../contract/input.ts";
import type { Quarantine } from "../contract/ledger.ts";
import { short } from "../contract/text.ts";
import type { Described } from "./executions.ts";
import { close, type Refusal } from "./refusal.ts";
import type { Gate } from "./settings.ts";

/** What is known of the execution that a release names as evidence. */
export interface Evidence {
  executionArn: string;
  described: Described;
  /** Quarantines of the candidate's image in the environment that the evidence is from. */
  quarantines: Quarantine[];
}

export interface EvidenceArgs {
  gate: Gate;
  candidate: Candidate;
  evidence: Evidence | undefined;
  /** Milliseconds since 1970. */
  startedAt: number;
  now: number;
}

/** How long a release waits for evidence that is still running: the environment before offers as its last step. Milliseconds. */
const patience = 120_000;

/**
 * Whether the environment before has released this very candidate. The candidate that counts is the one in the evidence's own
 * input: the starter's is a copy.
 */
export function judgeEvidence(args: EvidenceArgs): { candidate: Candidate } | { wait: string } | Refusal {
  const { gate, candidate, evidence, startedAt, now } = args;
  const none = (why: string) => close("NoGreenEvidence", why);
  if (!evidence)
    return none(
      "evidence.executionArn is missing: name the execution that released this candidate in the environment before",
    );
  const { executionArn, described, quarantines } = evidence;
  const name = nameOf(executionArn);
  if (described === "unknown") return none(`there is no execution ${executionArn}`);
  if (described.machine !== gate.machine)
    return none(`${executionArn} is no execution of ${gate.machine}, whose releases are evidence`);
  if (described.redrives > 0) return none(`${name} was redriven: only a release in one go is evidence; merge again`);
  const read = readInput("release", false, described.input);
  if ("problems" in read) return none(`the input of ${name} can't be read: ${read.problems}`);
  if (!isDeepStrictEqual(read.input.candidate, candidate))
    return close("InvalidInput", `candidate differs from the one in the input of ${name}: send that one`);
  if (described.status === "RUNNING") {
    if (now - startedAt < patience) return { wait: `${name} is still running` };
    return none(`${name} was still running after ${patience / 60_000} minutes`);
  }
  if (described.status !== "SUCCEEDED") return none(`${name} ended ${described.status}`);
  const output = v.safeParse(released, described.output);
  if (!output.success || output.output.digest !== digestOf(candidate.image))
    return none(`${name} did not release ${short(candidate.commit)}`);
  const days = (now - (described.stoppedAt ?? 0)) / 86_400_000;
  if (days > gate.evidenceDays)
    return none(
      `${name} ended ${Math.floor(days)} days ago, and evidence counts for ${gate.evidenceDays}: merge again`,
    );
  const revoking = quarantines.find(({ by }) => by === "smoke");
  if (revoking) return none(`a later smoke in the environment before was red: ${revoking.reason}`);
  return { candidate: read.input.candidate };
}

const released = v.object({ ended: v.literal("Released"), digest: v.string() });
