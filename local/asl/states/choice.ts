import type { Choice } from "../definition.ts";
import type { Scope } from "../execution.ts";
import { evaluateAs } from "../expressions.ts";
import { Failure } from "../failure.ts";
import { leave } from "../leave.ts";
import { moment } from "../moment.ts";
import type { Turn } from "../turn.ts";

/** Takes the first rule whose condition holds, else the default. */
export async function choice(turn: Turn, scope: Scope, state: Choice): Promise<void> {
  for (const [position, rule] of state.Choices.entries()) {
    const location = `Choices[${position}]`;
    if (!(await evaluateAs(moment(turn, scope), `${location}/Condition`, rule.Condition, "boolean"))) continue;
    return leave(turn, scope, { through: { exit: rule, location } });
  }
  if (state.Default !== undefined) return leave(turn, scope);
  // [unverified]: the error is documented, its cause in JSONata mode isn't.
  const cause = `An error occurred while executing the state '${scope.state}' (entered at the event id #${scope.entered.event}). Failed to transition out of the state. The state does not point to a next state.`;
  throw new Failure("States.NoChoiceMatched", cause);
}
