import { html } from "hono/html";
import { commitLink, compareLink, consoleLink, pullRequestLink } from "./links.ts";
import type { Html, Seen } from "./page.ts";
import type { Question } from "./question.ts";
import { line, lines, moment, short } from "./text.ts";

/** What an approver should know before answering: what is offered, what runs now, and what lies between. */
export function facts({ place, asked, live, now }: Pick<Seen, "place" | "asked" | "live" | "now">): Html {
  const { environment, repository } = place;
  const { question, decision } = asked;
  const { candidate, evidence, base } = question;
  const moved = !decision && (base?.taskDefinition ?? "") !== (live?.taskDefinition ?? "");
  return html`<section>
<h2>What is offered</h2>
<dl>
<dt>Commit</dt><dd><a href="${commitLink(repository, candidate.commit)}"><code>${short(candidate.commit)}</code></a>, build ${candidate.sequence}</dd>
<dt>Author</dt><dd>${line(candidate.author)}</dd>
<dt>From</dt><dd>${line(candidate.ref)}${
    candidate.pullRequest &&
    html`, <a href="${pullRequestLink(repository, candidate.pullRequest)}">pull request ${candidate.pullRequest}</a>`
  }</dd>
<dt>Asked by</dt><dd>${line(question.requestedBy)}</dd>
<dt>Evidence</dt><dd>${
    evidence
      ? html`<a href="${consoleLink(evidence)}">The release that found it green</a>`
      : html`None needed: it is what ${environment} already runs, deployed again`
  }</dd>
<dt>Release</dt><dd><a href="${consoleLink(question.execution)}">${question.name}</a></dd>
${
  !decision &&
  html`<dt>Expires</dt><dd><time datetime="${question.expiresAt}">${moment(question.expiresAt)}</time> <span class="soft">${left(question, now)}</span></dd>`
}
</dl>
${candidate.message && html`<pre dir="auto">${lines(candidate.message).join("\n")}</pre>`}
</section>
<section>
<h2>What runs on ${environment} now</h2>
${
  live
    ? html`<p><a href="${commitLink(repository, live.commit)}"><code>${short(live.commit)}</code></a>, build ${live.sequence} <span class="soft">(${live.release})</span></p>
${
  live.commit !== candidate.commit &&
  html`<p><a href="${compareLink(repository, live.commit, candidate.commit)}">Compare ${short(live.commit)} with ${short(candidate.commit)}</a></p>`
}`
    : html`<p>Nothing yet: this is its first release.</p>`
}
${moved && html`<p class="soft">It changed since you were asked.</p>`}
</section>`;
}

function left({ expiresAt }: Question, now: number): string {
  const minutes = Math.floor((Date.parse(expiresAt) - now) / 60_000);
  if (minutes < 0) return "";
  return minutes < 120 ? `(in ${minutes} min)` : `(in ${Math.floor(minutes / 60)} h)`;
}
