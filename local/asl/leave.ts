import { childEnded } from "./branches.ts";
import type { Seen } from "./context.ts";
import type { Exit } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluate } from "./expressions.ts";
import { Failure, oversize } from "./failure.ts";
import { shown } from "./history.ts";
import { endExecution, presentState, recordOn, type Turn } from "./turn.ts";

/** Of a Choice's rule or a catcher; its Assign and Output then count instead of the state's. */
export interface Through {
  exit: Exit;
  location: string;
}

/**
 * Leaves the present state: Assign and Output are both evaluated with the values at entry, then the line goes on or ends.
 * Without an Output, what was seen leaves: the result or the error output, else the state's input.
 */
export async function leave(turn: Turn, scope: Scope, seen: Seen = {}, through?: Through): Promise<void> {
  const state = presentState(turn, scope);
  const own = state.Type === "Choice" ? { ...state, Next: state.Default } : (state as Exit);
  const { Assign, Output, Next }: Exit = through?.exit ?? own;
  const prefix = through ? `${through.location}/` : "";
  const place = { turn, scope, seen };
  const assigned: Record<string, string> = {};
  for (const [name, value] of Object.entries(Assign ?? {}))
    assigned[name] = (await evaluate(place, `${prefix}Assign/${name}`, value)) ?? "";
  const evaluated = await evaluate(place, `${prefix}Output`, Output);
  const output = evaluated ?? seen.result ?? seen.errorOutput ?? scope.input;
  const tooLarge = oversize(scope.state, [output, ...Object.values(assigned)]);
  if (tooLarge) throw new Failure(tooLarge);

  recordOn(turn, scope, `${state.Type}StateExited`, {
    name: scope.state,
    ...shown("output", output),
    ...(Assign && { assignedVariables: assigned, assignedVariablesDetails: { truncated: false } }),
  });
  scope.variables = { ...scope.variables, ...assigned };
  if (Next === undefined) return endLine(turn, scope, output);
  Object.assign(scope, { state: Next, input: output, retries: [] });
  turn.ready.push({ scope, step: "enter" });
}

/** A line ends with its state's output: the execution succeeds, or the branch or iteration is done. */
function endLine(turn: Turn, scope: Scope, output: string): void {
  if (scope.parent !== undefined) {
    childEnded(turn, scope, output);
  } else {
    recordOn(turn, scope, "ExecutionSucceeded", shown("output", output));
    endExecution(turn, "SUCCEEDED", { output });
  }
}
