import { html, raw } from "hono/html";
import { facts } from "./facts.ts";
import { form } from "./form.ts";
import { type Answer, open, type Refusal } from "./judge.ts";
import { consoleLink } from "./links.ts";
import type { Place } from "./mails.ts";
import type { Asked, Running } from "./question.ts";
import { style } from "./style.ts";
import { line, moment, short } from "./text.ts";

export type Html = ReturnType<typeof html>;

export interface Seen {
  place: Place;
  asked: Asked;
  approver: string;
  now: number;
  live: Running | null;
  /** An answer that didn't count, shown again with the reason why. */
  refused?: { answer: Answer; refusal: Refusal };
  /** Why a stored decision hasn't reached the release yet. */
  stuck?: string;
}

/** The question as it stands: to be answered, or how it was. Foreign text is text, and nothing here is loaded or run. */
export function questionPage(seen: Seen): Html {
  const { place, asked, approver, now, live, refused } = seen;
  const { question, decision } = asked;
  const title = `${short(question.candidate.commit)} to ${place.environment}`;
  const answerable = !decision && open(question, now);
  return layout(
    decision ? `${title}: ${decision.decision}` : `Release ${title}?`,
    place.environment,
    html`<h1>Release ${title}${answerable && "?"}</h1>
${refused && html`<p class="notice" role="alert" id="why">${refused.refusal.why}</p>`}
${outcome(seen)}
${facts({ place, asked, live, now })}
${answerable && form({ question, approver, live, ...(refused ? { refused } : {}) })}`,
  );
}

/** A page that says one thing. The same for an unknown and for a wrong link. */
export function plainPage(title: string, text: string): Html {
  return layout(title, "", html`<h1>${title}</h1><section><p>${text}</p></section>`);
}

function outcome({ asked, approver, now, stuck }: Seen): Html | undefined {
  const { question, decision, delivered } = asked;
  const release = html`<a href="${consoleLink(question.execution)}">the release in the AWS console</a>`;
  if (!decision) {
    if (open(question, now)) return undefined;
    return html`<p class="notice" role="status">This question expired at ${moment(question.expiresAt)}. Nobody answered, so nothing was released: see ${release}.</p>`;
  }
  const again = delivered === undefined && decision.by === approver && decision.decision !== "superseded";
  return html`<section class="${decision.decision}" role="status">
<h2>${verdicts[decision.decision]} by ${decision.by === approver ? "you" : decision.by}</h2>
<p>${moment(decision.at)}${decision.reason && html`: ${line(decision.reason)}`}</p>
<p>${
    delivered === undefined
      ? html`The decision is stored${stuck ? ` but hasn't reached the release (${stuck})` : " and on its way"}.`
      : delivered
        ? html`It reached the release. Follow ${release}.`
        : html`No release waits for this answer any more: the question is over. It timed out, was stopped, or had taken this answer before. See ${release}.`
  }</p>
${again && sendAgain(asked)}
</section>`;
}

/** Repeats the stored decision: same approver, same answer. */
const sendAgain = ({ question, decision }: Asked): Html => html`<form method="post">
<input type="hidden" name="commit" value="${short(question.candidate.commit)}">
<button name="decision" value="${decision?.decision === "approved" ? "approve" : "reject"}">Send it again</button>
</form>`;

const verdicts = { approved: "Approved", rejected: "Rejected", superseded: "Superseded" };

const layout = (title: string, environment: string, body: Html): Html => html`<!doctype html>
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
