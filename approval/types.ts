import type { Good } from "../contract/ledger.ts";
import type { ApprovalItem } from "../contract/question.ts";

/** The ground floor of approval/: what its parts hand to each other. */

/** How the execution that asked ended. `GONE`: Step Functions knows it no longer; it keeps histories for 90 days. */
export interface ReleaseEnd {
  status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "GONE";
  /** Milliseconds since 1970, where it is known. */
  stoppedAt?: number;
}

/** How a question stands at this moment. */
export type Standing =
  | { is: "open" }
  /** Nobody answered in time. */
  | { is: "expired" }
  /** Nobody answered before its release ended. */
  | { is: "over"; end: ReleaseEnd }
  /** Answered; its release has not confirmed that it has the answer. `unheard`: it no longer waits to be told. */
  | { is: "stored"; unheard?: true; trouble?: string }
  | { is: "delivered" }
  /** Answered after its release had ended. */
  | { is: "uncounted"; end?: ReleaseEnd };

/** The form as it came: text that nobody has checked. */
export interface FormAnswer {
  decision: string;
  commit: string;
  reason: string;
  /** `taskDefinition` of what the page said the environment runs; empty before the first release. */
  base: string;
}

/** Why an answer doesn't count, and which field the approver should look at. */
export interface AnswerRefusal {
  status: 409 | 410 | 422;
  field?: "commit" | "reason";
  why: string;
}

/** What an approver is shown. */
export interface QuestionView {
  environment: string;
  /** GitHub `owner/name`. */
  repository: string;
  item: ApprovalItem;
  approver: string;
  /** Milliseconds since 1970, from the request itself. */
  now: number;
  /** What the environment runs at this moment; `null` before the first release. */
  good: Good | null;
  standing: Standing;
  /** An answer that didn't count, shown again with the reason why. */
  refused?: { answer: FormAnswer; refusal: AnswerRefusal };
}
