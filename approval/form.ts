import { html } from "hono/html";
import { type Answer, type Refusal, reasonLimit } from "./judge.ts";
import type { Html } from "./page.ts";
import type { Question, Running } from "./question.ts";
import { short } from "./text.ts";

export interface FormArgs {
  question: Question;
  approver: string;
  live: Running | null;
  /** What was typed before, kept for correction. */
  refused?: { answer: Answer; refusal: Refusal };
}

/**
 * The form that decides. The typed commit keeps mail scanners and unfurlers, which press buttons, from deciding. The first
 * button is hidden and disabled: it makes Enter do nothing, where a browser would otherwise press Approve.
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#implicit-submission
 */
export function form({ question, approver, live, refused }: FormArgs): Html {
  const wrong = (field: Refusal["field"]) =>
    refused?.refusal.field === field && html` aria-invalid="true" aria-describedby="why"`;
  // Whoever has to look again, types again.
  const typed = refused?.refusal.field ? refused.answer.commit.slice(0, 7) : "";
  return html`<form method="post" autocomplete="off">
<h2>Your answer, ${approver}</h2>
<button type="submit" disabled hidden aria-hidden="true"></button>
<input type="hidden" name="base" value="${live?.taskDefinition ?? ""}">
<label for="commit">Type the commit's first seven characters <span>(${short(question.candidate.commit)})</span></label>
<input id="commit" name="commit" value="${typed}" required maxlength="7" minlength="7" autocapitalize="none" autocorrect="off" spellcheck="false" autocomplete="off"${wrong("commit")}>
<label for="reason">Reason <span>(needed to reject)</span></label>
<textarea id="reason" name="reason" maxlength="${reasonLimit}"${wrong("reason")}>${refused?.answer.reason ?? ""}</textarea>
<div class="buttons">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="reject" class="stop">Reject</button>
</div>
</form>`;
}
