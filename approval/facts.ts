import { html } from "hono/html";
import { digestOf, repositoryOf } from "../contract/candidate.ts";
import { commitLink, compareLink, consoleLink, pullRequestLink } from "../contract/links.ts";
import type { Question } from "../contract/question.ts";
import { lineOf, linesOf, moment, short } from "../contract/text.ts";
import { releaseNameOf, saidByRequester, sourceOf } from "./messages.ts";
import type { QuestionView } from "./types.ts";

/** What an approver should know before answering: what is offered, what runs now, and what lies between. */
export const facts = (view: QuestionView) => html`${offerSection(view)}
${presentSection(view)}`;

function offerSection({ environment, repository, item: { question, decision }, now }: QuestionView) {
  const { build, evidence, hotfix, requestedBy, execution, expiresAt } = question;
  return html`<section>
<h2>What is offered</h2>
<dl>
<dt>Commit</dt><dd><a href="${commitLink(repository, build.commit)}"><code>${short(build.commit)}</code></a>, build ${build.sequence}</dd>
<dt>Image</dt><dd><code>${lineOf(repositoryOf(build.image), 300)}</code></dd>
<dt>Digest</dt><dd><code>${lineOf(digestOf(build.image))}</code></dd>
<dt>Author</dt><dd>${lineOf(build.author)}</dd>
<dt>From</dt><dd>${lineOf(build.ref)}${
    build.pullRequest &&
    html`, <a href="${pullRequestLink(repository, build.pullRequest)}">pull request ${build.pullRequest}</a>`
  }</dd>
<dt>Facts</dt><dd>${sourceOf(question, environment)}: ${
    evidence === null
      ? html`it is what ${environment} already runs, deployed again`
      : html`<a href="${consoleLink(evidence)}">the release that found it green</a>`
  }</dd>
${
  hotfix &&
  html`<dt>Hotfix</dt><dd>contains <a href="${commitLink(repository, hotfix.commit)}"><code>${short(hotfix.commit)}</code></a>: ${lineOf(hotfix.knownBy, 300)}</dd>`
}
<dt>Asked by</dt><dd>${lineOf(requestedBy)} <span class="soft">(${saidByRequester})</span></dd>
<dt>Release</dt><dd><a href="${consoleLink(execution)}">${releaseNameOf(question)}</a></dd>
${
  !decision &&
  html`<dt>Expires</dt><dd><time datetime="${expiresAt}">${moment(expiresAt)}</time> <span class="soft">${timeLeft(question, now)}</span></dd>`
}
</dl>
${build.message && html`<pre dir="auto">${linesOf(build.message).join("\n")}</pre>`}
</section>`;
}

function presentSection({ environment, repository, item: { question, decision }, good }: QuestionView) {
  const { build, base } = question;
  const hasMoved = !decision && (base?.taskDefinition ?? "") !== (good?.taskDefinition ?? "");
  return html`<section>
<h2>What runs on ${environment} now</h2>
${
  good
    ? html`<p><a href="${commitLink(repository, good.commit)}"><code>${short(good.commit)}</code></a>, build ${good.sequence} <span class="soft">(${lineOf(good.release)})</span></p>
${
  good.commit !== build.commit &&
  html`<p><a href="${compareLink(repository, good.commit, build.commit)}">Compare ${short(good.commit)} with ${short(build.commit)}</a></p>`
}`
    : html`<p>Nothing yet: this is its first release.</p>`
}
${hasMoved && html`<p class="soft">It changed since you were asked.</p>`}
</section>`;
}

function timeLeft({ expiresAt }: Question, now: number): string {
  const minutes = Math.floor((Date.parse(expiresAt) - now) / 60_000);
  if (minutes < 0) return "";
  return minutes < 120 ? `(in ${minutes} min)` : `(in ${Math.floor(minutes / 60)} h)`;
}
