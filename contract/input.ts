import * as v from "valibot";
import { candidate, commit } from "./candidate.ts";
import { executionArn, type Lane } from "./execution.ts";
import { problems } from "./problems.ts";
import { text } from "./rules.ts";
import { lineOf } from "./text.ts";

/** What a person has to say: blanks and characters that can't be seen say nothing. Of at most `most` UTF-16 units. */
const words = (most: number) =>
  text((value) => value.length <= most && lineOf(value) !== "", `1 to ${most} readable characters`);

/** Who asks: a pipeline, or a person. */
const requestedBy = words(256);

/** Input of the release machine where there is no gate. */
const openRelease = v.object({ candidate, requestedBy });

/** Input of a gated release machine. */
const gatedRelease = v.object({
  candidate,
  requestedBy,
  /** The execution of the environment before that found this candidate green. */
  evidence: v.exactOptional(v.object({ executionArn })),
  /** A person's word that the candidate contains a hotfix under another commit, such as a squashed one. */
  contains: v.exactOptional(v.object({ hotfix: commit, reason: words(1000) })),
});

/** Input of the emergency machines. */
const emergency = v.object({
  candidate,
  requestedBy,
  override: v.object({
    reason: words(1000),
    incident: words(200),
    /** `advisory`: smokes report and stop nothing. Default `enforce`. */
    smoke: v.exactOptional(v.picklist(["enforce", "advisory"], "enforce or advisory")),
  }),
});

/** Input of the rollback machines. */
const rollback = v.object({
  requestedBy,
  rollback: v.object({
    reason: words(1000),
    /** Commit of the release to go to; by default the good one before what is left. */
    to: v.exactOptional(text(/^[0-9a-f]{7,40}$/, "a commit of 7 to 40 hex digits")),
  }),
});

export type ReleaseInput = v.InferOutput<typeof gatedRelease>;
export type EmergencyInput = v.InferOutput<typeof emergency>;
export type RollbackInput = v.InferOutput<typeof rollback>;
export interface LaneInputs {
  release: ReleaseInput;
  emergency: EmergencyInput;
  rollback: RollbackInput;
}

/** UTF-16 units of the input as JSON: all that the pipeline may hand over. */
const longestInput = 65_536;

/** Problems that are named; more would fill the execution's history. */
const mostProblems = 12;

/** A lane's input, or the rules that it breaks in one line, each with the actual value. `gated`: the release needs evidence. */
export function readInput<L extends Lane>(
  lane: L,
  gated: boolean,
  given: unknown,
): { input: LaneInputs[L] } | { problems: string } {
  const length = JSON.stringify(given ?? null).length;
  if (length > longestInput)
    return { problems: `the execution's input must be at most ${longestInput} characters, not ${length}` };
  const schema = { release: gated ? gatedRelease : openRelease, emergency, rollback }[lane];
  const read = v.safeParse(schema, given);
  const found = problems(schema, given, read.issues ?? [], "the execution's input");
  if (found.length === 0 && read.success) return { input: read.output as LaneInputs[L] };
  const more = found.length > mostProblems ? [`and ${found.length - mostProblems} more`] : [];
  return { problems: [...found.slice(0, mostProblems), ...more].join("; ") };
}
