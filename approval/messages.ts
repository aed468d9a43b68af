import { digestOf, repositoryOf } from "../contract/candidate.ts";
import { nameOf } from "../contract/execution.ts";
import { commitLink, compareLink, consoleLink, pullRequestLink } from "../contract/links.ts";
import type { ApprovalItem, Question } from "../contract/question.ts";
import { lineOf, linesOf, moment, short } from "../contract/text.ts";
import { reasonLimit } from "./judge.ts";
import type { ApprovalMessage } from "./publish.ts";
import type { AnswerSettings } from "./settings.ts";

type Surroundings = Pick<AnswerSettings, "environment" | "repository">;

/** The question to one approver. Foreign text stands behind a label, a message's lines behind a `|`, so that they can't pass for ours. */
export function questionMail(
  { environment, repository }: Surroundings,
  question: Question,
  { approver, url }: { approver: string; url: string },
): ApprovalMessage {
  const { build, base, evidence } = question;
  const commit = short(build.commit);
  return {
    to: approver,
    subject: `${environment}: release ${commit} (build ${build.sequence})? Your answer is needed`,
    body: [
      `Release ${commit} is ready for ${environment} and waits for an answer.`,
      "",
      `Commit    ${build.commit} (build ${build.sequence})`,
      `          ${commitLink(repository, build.commit)}`,
      ...buildLines(question, environment),
      ...(build.pullRequest ? [`Pull      ${pullRequestLink(repository, build.pullRequest)}`] : []),
      "",
      ...(build.message ? [...linesOf(build.message).map((line) => `  | ${line}`), ""] : []),
      ...(base
        ? [
            `${environment} runs ${short(base.commit)} (build ${base.sequence}, release ${lineOf(base.release)}). What would change:`,
            compareLink(repository, base.commit, build.commit),
          ]
        : [`This is the first release of ${environment}.`]),
      "",
      ...(evidence ? ["The release that found it green:", consoleLink(evidence), ""] : []),
      "The release that waits:",
      consoleLink(question.execution),
      "",
      `Answer until ${moment(question.expiresAt)}, as ${approver}:`,
      url,
      "",
      "The link is yours alone: don't forward it. Opening it changes nothing; without an answer nothing is released.",
    ].join("\n"),
  };
}

/** What was decided, for everybody; undefined for a question without a decision. `superseded`: names of older releases that it closed. */
export function decisionNotice(
  { environment }: Surroundings,
  { question, decision }: ApprovalItem,
  superseded: string[],
): ApprovalMessage | undefined {
  if (!decision) return undefined;
  const commit = short(question.build.commit);
  const reason = lineOf(decision.reason, reasonLimit);
  return {
    to: "everyone",
    subject: `${environment}: ${commit} ${decision.decision} by ${decision.by}`,
    body: [
      `${commit} (build ${question.build.sequence}) was ${decision.decision} for ${environment} by ${decision.by}, ${moment(decision.at)}.`,
      ...(reason ? [`  | ${reason}`] : []),
      "",
      ...buildLines(question, environment),
      ...(superseded.length > 0
        ? ["", "Superseded by it, as older:", ...superseded.map((name) => `  | ${lineOf(name)}`)]
        : []),
      "",
      "The release:",
      consoleLink(question.execution),
    ].join("\n"),
  };
}

/** Where the facts of a question come from. */
export const sourceOf = ({ evidence }: Pick<Question, "evidence">, environment: string): string =>
  evidence === null ? `from ${environment}'s ledger` : "from the evidence";

/** Who asked stands in the input of an execution, which whoever starts it writes. */
export const saidByRequester = "only said by the requester";

/** Name of the release, which whoever starts it chooses. */
export const releaseNameOf = ({ execution }: Pick<Question, "execution">): string => lineOf(nameOf(execution));

function buildLines(question: Question, environment: string): string[] {
  const { build, hotfix, requestedBy } = question;
  return [
    `Image     ${lineOf(repositoryOf(build.image), 300)}`,
    `Digest    ${lineOf(digestOf(build.image))}`,
    `From      ${lineOf(build.ref)}`,
    `Author    ${lineOf(build.author)}`,
    `Facts     ${sourceOf(question, environment)}`,
    ...(hotfix ? [`Hotfix    contains ${hotfix.commit}: ${lineOf(hotfix.knownBy, 300)}`] : []),
    `Asked by  ${lineOf(requestedBy)} (${saidByRequester})`,
  ];
}
