import type { Decision } from "../stateMachine/calls.ts";
import type { Question, Running } from "./question.ts";
import { short } from "./text.ts";

/** The form as it came: text that nobody has checked. */
export interface Answer {
  decision: string;
  commit: string;
  reason: string;
  /** `taskDefinition` of what the page said the environment runs; empty before the first release. */
  base: string;
}

/** Why an answer doesn't count, and which field the approver should look at. */
export interface Refusal {
  status: 409 | 410 | 422;
  field?: "commit" | "reason";
  why: string;
}

export interface Circumstances {
  question: Question;
  approver: string;
  /** Milliseconds since 1970, from the request itself. */
  now: number;
  /** What the environment runs at this moment. */
  live: Running | null;
}

/** Whether an answer counts. Pure; whatever it can't understand it refuses. */
export function judge(answer: Answer, { question, approver, now, live }: Circumstances): Decision | Refusal {
  const decision = answers.get(answer.decision);
  const reason = answer.reason.trim();
  if (!open(question, now)) return { status: 410, why: "This question has expired. Nothing was decided." };
  if (answer.base !== (live?.taskDefinition ?? ""))
    return {
      status: 409,
      why: "What runs there has changed since this page was opened. Nothing was decided: look again, then answer.",
    };
  if (decision === undefined) return { status: 422, why: "Nothing was decided: press Approve or Reject." };
  if (answer.commit.trim().toLowerCase() !== short(question.candidate.commit))
    return {
      status: 422,
      field: "commit",
      why: "Nothing was decided: these aren't the first seven characters of the commit.",
    };
  if (decision === "rejected" && reason === "")
    return { status: 422, field: "reason", why: "Nothing was decided: a rejection needs a reason." };
  if (reason.length > reasonLimit)
    return {
      status: 422,
      field: "reason",
      why: `Nothing was decided: the reason must be at most ${reasonLimit} characters, not ${reason.length}.`,
    };
  return { decision, by: approver, at: new Date(now).toISOString(), reason, base: answer.base };
}

/** Whether the question may still be answered. A time that isn't a number is no time to answer. */
export const open = (question: Question, now: number): boolean => now < Date.parse(question.expiresAt);

/** Characters; the decision travels in the execution's small state. */
export const reasonLimit = 500;

export const answers: ReadonlyMap<string, "approved" | "rejected"> = new Map([
  ["approve", "approved"],
  ["reject", "rejected"],
]);
