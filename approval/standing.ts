import * as v from "valibot";
import { type ApprovalItem, decision as decisionSchema } from "../contract/question.ts";
import { moment } from "../contract/text.ts";
import { logTrouble } from "./publish.ts";
import type { Questions } from "./questions.ts";
import type { Releases } from "./releases.ts";
import type { ReleaseEnd, Standing } from "./types.ts";

/**
 * How a question stands now; reads, and writes nothing. A question whose release can't be looked up counts as one whose release
 * runs: its answer is then sent, and Step Functions says whether anybody waits for it.
 */
export async function findStanding(
  item: ApprovalItem,
  now: number,
  { questions, releases }: { questions: Questions; releases: Releases },
): Promise<Standing> {
  const { question, decision, delivered } = item;
  if (delivered !== undefined) return delivered ? { is: "delivered" } : { is: "uncounted" };
  if (!decision && !isInTime(item, now)) return { is: "expired" };
  const end = await releases.findEnd(question, now).catch((error) => {
    logTrouble(question, "its release could not be looked up", error);
    return undefined;
  });
  if (!decision) return end ? { is: "over", end } : { is: "open" };
  if (!end) return { is: "stored" };
  const isLate = end.stoppedAt !== undefined && Date.parse(decision.at) > end.stoppedAt;
  if (isLate) return { is: "uncounted", end };
  // It may have been taken though nobody could note that down.
  const recorded = v.safeParse(decisionSchema, await questions.findRecorded(question));
  const isTaken = recorded.success && recorded.output.by === decision.by && recorded.output.at === decision.at;
  return isTaken ? { is: "delivered" } : { is: "uncounted", end };
}

/** Whether the question may still be answered. A time that isn't a number is no time to answer. */
export const isInTime = ({ question }: ApprovalItem, now: number): boolean => now < Date.parse(question.expiresAt);

/** `The release was stopped at 26 Nov 2026, 10:15 UTC`. */
export function describeEnd({ status, stoppedAt }: ReleaseEnd): string {
  const how = {
    SUCCEEDED: "ended",
    FAILED: "ended",
    TIMED_OUT: "ran out of time",
    ABORTED: "was stopped",
    GONE: "ended",
  };
  return `The release ${how[status]}${stoppedAt === undefined ? "" : ` at ${moment(stoppedAt)}`}`;
}
