import { html, raw } from "hono/html";
import { consoleLink } from "../contract/links.ts";
import type { Decision } from "../contract/question.ts";
import { lineOf, moment, short } from "../contract/text.ts";
import { facts } from "./facts.ts";
import { answerForm, repeatForm } from "./form.ts";
import { reasonLimit } from "./judge.ts";
import { describeEnd } from "./standing.ts";
import { style } from "./style.ts";
import type { QuestionView, Standing } from "./types.ts";

/** The question as it stands: to be answered, or how it was. Foreign text is text, and nothing here is loaded or run. */
export function questionPage(view: QuestionView) {
  const { environment, item, standing, refused } = view;
  const title = `${short(item.question.build.commit)} to ${environment}`;
  const isOpen = standing.is === "open";
  return layout(
    isOpen ? `Release ${title}?` : `${title}: ${nameOfStanding(view)}`,
    environment,
    html`<h1>Release ${title}${isOpen && "?"}</h1>
${refused && html`<p class="notice" role="alert" id="why">${refused.refusal.why}</p>`}
${outcome(view)}
${facts(view)}
${isOpen && answerForm(view)}`,
  );
}

/** A page that says one thing. The same for an unknown and for a wrong link. */
export const plainPage = (title: string, text: string) =>
  layout(title, "", html`<h1>${title}</h1><section><p>${text}</p></section>`);

/** What became of the question; nothing while it is open. */
function outcome(view: QuestionView) {
  const { item, standing } = view;
  const release = html`<a href="${consoleLink(item.question.execution)}">the release in the AWS console</a>`;
  if (standing.is === "open") return undefined;
  if (standing.is === "expired")
    return html`<p class="notice" role="status">This question expired at ${moment(item.question.expiresAt)}. Nobody answered, so nothing was released: see ${release}.</p>`;
  if (standing.is === "over")
    return html`<p class="notice" role="status">This question is over. ${describeEnd(standing.end)} before anybody answered: see ${release}.</p>`;
  const { decision } = item;
  return (
    decision &&
    html`<section class="${standing.is === "delivered" ? decision.decision : ""}" role="status">
<h2>${headline(view, decision)}</h2>
<p>${moment(decision.at)}${decision.reason && html`: ${lineOf(decision.reason, reasonLimit)}`}</p>
<p>${explanation(standing)} See ${release}.</p>
${standing.is === "stored" && decision.by === view.approver && decision.decision !== "superseded" && repeatForm(view)}
</section>`
  );
}

/** An answer that didn't count, and one of which that isn't known yet, is never headed like one that did. */
function headline({ standing, approver }: QuestionView, { decision, by }: Decision): string {
  const isOwn = by === approver;
  const owner = isOwn ? "Your" : `${by}'s`;
  if (decision === "superseded") return `Superseded by ${by}${isOwn ? " (you)" : ""}`;
  const noun = decision === "approved" ? "approval" : "rejection";
  if (standing.is === "uncounted") return `${owner} ${noun} did not count`;
  if (standing.is === "stored") return `${owner} ${noun} is stored`;
  return `${decision === "approved" ? "Approved" : "Rejected"} by ${by}${isOwn ? " (you)" : ""}`;
}

function explanation(standing: Standing): string {
  if (standing.is === "delivered") return "It reached the release.";
  if (standing.is === "uncounted")
    return `This question is over. ${describeEnd(standing.end ?? { status: "GONE" })} before the answer reached it.`;
  if (standing.is === "stored" && standing.trouble) return `It hasn't reached the release: ${standing.trouble}.`;
  if (standing.is === "stored" && standing.unheard)
    return "The release doesn't wait to be told any more: it reads the stored answer before it goes on.";
  return "It is on its way to the release.";
}

const nameOfStanding = ({ item, standing }: QuestionView): string =>
  standing.is === "delivered" || standing.is === "stored" ? (item.decision?.decision ?? "") : "over";

const layout = (title: string, environment: string, body: ReturnType<typeof html>) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<p class="where"><b>Greengate</b><span>${environment}</span></p>
${body}
</main>
</body>
</html>`;
