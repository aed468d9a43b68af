import { html } from "hono/html";
import { short } from "../contract/text.ts";
import { reasonLimit } from "./judge.ts";
import type { AnswerRefusal, QuestionView } from "./types.ts";

/**
 * The form that decides. The typed commit keeps mail scanners and unfurlers, which press buttons, from deciding. The first
 * button is hidden and disabled: it makes Enter do nothing, where a browser would otherwise press Approve.
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#implicit-submission
 */
export function answerForm({ item, approver, good, refused }: QuestionView) {
  const wrong = (field: AnswerRefusal["field"]) =>
    refused?.refusal.field === field && html` aria-invalid="true" aria-describedby="why"`;
  // What was typed is kept for correction; whoever has to look again, types again.
  const { commit, reason } = refused?.answer ?? { commit: "", reason: "" };
  const typed = refused?.refusal.field && commit.length <= 7 ? commit : "";
  return html`<form method="post" autocomplete="off">
<h2>Your answer, ${approver}</h2>
<button type="submit" disabled hidden aria-hidden="true"></button>
<input type="hidden" name="base" value="${good?.taskDefinition ?? ""}">
<label for="commit">Type the commit's first seven characters <span>(${short(item.question.build.commit)})</span></label>
<input id="commit" name="commit" value="${typed}" required maxlength="7" minlength="7" autocapitalize="none" autocorrect="off" spellcheck="false" autocomplete="off"${wrong("commit")}>
<label for="reason">Reason <span>(needed to reject)</span></label>
<textarea id="reason" name="reason" maxlength="${reasonLimit}"${wrong("reason")}>${reason}</textarea>
<div class="buttons">
<button name="decision" value="approve">Approve</button>
<button name="decision" value="reject" class="stop">Reject</button>
</div>
</form>`;
}

/** Repeats the stored decision: same approver, same answer. */
export const repeatForm = ({ item: { question, decision } }: QuestionView) => html`<form method="post">
<input type="hidden" name="commit" value="${short(question.build.commit)}">
<button name="decision" value="${decision?.decision === "approved" ? "approve" : "reject"}">Send it again</button>
</form>`;
