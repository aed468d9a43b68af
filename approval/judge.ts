import type { Decision } from "../contract/question.ts";
import { lineOf, moment, short } from "../contract/text.ts";
import { describeEnd } from "./standing.ts";
import type { AnswerRefusal, FormAnswer, QuestionView } from "./types.ts";

/** Whether an answer to an undecided question counts. Pure; whatever it can't understand it refuses. */
export function judgeAnswer(answer: FormAnswer, view: QuestionView): Decision | AnswerRefusal {
  const { item, approver, now, good, standing } = view;
  const { build, expiresAt } = item.question;
  const decision = decisionIn(answer);
  const reason = answer.reason.replaceAll("\r\n", "\n").trim();
  const refuse = (status: AnswerRefusal["status"], why: string, field?: AnswerRefusal["field"]): AnswerRefusal => ({
    status,
    ...(field ? { field } : {}),
    why: `Your ${nounOf(answer)} did not count: ${why}`,
  });
  if (standing.is === "over") return refuse(409, `this question is over. ${describeEnd(standing.end)}.`);
  if (standing.is === "expired") return refuse(410, `this question expired at ${moment(expiresAt)}.`);
  if (answer.base !== (good?.taskDefinition ?? ""))
    return refuse(409, "what runs there has changed since this page was opened. Look again, then answer.");
  if (decision === undefined) return refuse(422, "press one of the two buttons.");
  if (answer.commit.trim().toLowerCase() !== short(build.commit))
    return refuse(422, "these aren't the first seven characters of the commit.", "commit");
  if (decision === "rejected" && lineOf(reason) === "") return refuse(422, "a rejection needs a reason.", "reason");
  if (reason.length > reasonLimit)
    return refuse(422, `the reason must be at most ${reasonLimit} characters, not ${reason.length}.`, "reason");
  return { decision, by: approver, at: new Date(now).toISOString(), reason, base: answer.base };
}

/** Whether the stored decision is this approver's and says what they say now. */
export const isRepetition = (answer: FormAnswer, { item, approver }: QuestionView): boolean =>
  item.decision?.by === approver && item.decision.decision === decisionIn(answer);

/** An answer to a question that holds another one. */
export function refuseSecond(answer: FormAnswer, { item, approver }: QuestionView): AnswerRefusal {
  const { decision, by, at } = item.decision ?? {
    decision: "answered",
    by: "somebody else",
    at: item.question.expiresAt,
  };
  const who = by === approver ? "you" : by;
  const how = decision === "superseded" ? `${who} decided on a newer release` : `${who} ${decision} this release`;
  return { status: 409, why: `Your ${nounOf(answer)} did not count: ${how} before, at ${moment(at)}.` };
}

/** UTF-16 units; the decision travels in the execution's small state. */
export const reasonLimit = 500;

const decisionIn = ({ decision }: FormAnswer): "approved" | "rejected" | undefined =>
  (({ approve: "approved", reject: "rejected" }) as const)[decision as "approve" | "reject"];

const nounOf = (answer: FormAnswer): string =>
  ({ approved: "approval", rejected: "rejection", none: "answer" })[decisionIn(answer) ?? "none"];
