import { commitLink, compareLink, consoleLink, pullRequestLink } from "./links.ts";
import type { Asked, Question } from "./question.ts";
import type { Message } from "./tell.ts";
import { line, lines, moment, short } from "./text.ts";

/** Where the words are about: `live`, `owner/name`. */
export interface Place {
  environment: string;
  repository: string;
}

/** The question to one approver. Foreign text stands behind a `|`, so that it can't pass for ours. */
export function questionMail(place: Place, question: Question, approver: string, url: string): Message {
  const { candidate, base, evidence } = question;
  const commit = short(candidate.commit);
  return {
    to: approver,
    subject: `${place.environment}: release ${commit} (build ${candidate.sequence})? Your answer is needed`,
    body: [
      `Release ${commit} is ready for ${place.environment} and waits for an answer.`,
      "",
      `Commit    ${candidate.commit} (build ${candidate.sequence})`,
      `          ${commitLink(place.repository, candidate.commit)}`,
      `From      ${line(candidate.ref)}`,
      `Author    ${line(candidate.author)}`,
      `Asked by  ${line(question.requestedBy)}`,
      ...(candidate.pullRequest ? [`Pull      ${pullRequestLink(place.repository, candidate.pullRequest)}`] : []),
      "",
      ...(candidate.message ? [...lines(candidate.message).map((text) => `  | ${text}`), ""] : []),
      ...(base
        ? [
            `${place.environment} runs ${short(base.commit)} (build ${base.sequence}, release ${base.release}). What would change:`,
            compareLink(place.repository, base.commit, candidate.commit),
          ]
        : [`This is the first release of ${place.environment}.`]),
      "",
      ...(evidence ? ["The release that found it green:", consoleLink(evidence), ""] : []),
      "The release that waits:",
      consoleLink(question.execution),
      "",
      `Approve or reject until ${moment(question.expiresAt)}, as ${approver}:`,
      url,
      "",
      "The link is yours alone: don't forward it. Opening it changes nothing; without an answer nothing is released.",
    ].join("\n"),
  };
}

/** What was decided, for everybody. Throws nothing; an undecided question has no notice. */
export function decidedNotice(place: Place, { question, decision }: Asked, superseded: string[]): Message | undefined {
  if (!decision) return undefined;
  const commit = short(question.candidate.commit);
  const said = `${commit} (build ${question.candidate.sequence}) was ${decision.decision} for ${place.environment} by ${decision.by}`;
  return {
    to: "everyone",
    subject: `${place.environment}: ${commit} ${decision.decision} by ${decision.by}`,
    body: [
      `${said}, ${moment(decision.at)}.`,
      ...lines(decision.reason).map((text) => `  | ${text}`),
      ...(superseded.length > 0 ? ["", `Superseded by it, as older: ${superseded.join(", ")}`] : []),
      "",
      consoleLink(question.execution),
    ].join("\n"),
  };
}
