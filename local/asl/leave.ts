import { childEnded } from "./children.ts";
import type { Exit, State } from "./definition.ts";
import type { Scope } from "./execution.ts";
import { evaluate } from "./expressions.ts";
import { Failure } from "./failure.ts";
import { shown } from "./history.ts";
import { moment, type Seen } from "./moment.ts";
import { endExecution, presentState, recordOn, type Turn } from "./turn.ts";

export interface Leaving {
  seen?: Seen;
  /** Of a Choice's rule or a catcher; its Assign and Output then count instead of the state's. */
  through?: { exit: Exit; location: string };
  /** JSON text that leaves when there is no Output; the state's input if not given. */
  otherwise?: string;
}

/** Leaves the present state: Assign and Output are both evaluated with the values at entry, then the line goes on or ends. */
export async function leave(turn: Turn, scope: Scope, { seen, through, otherwise }: Leaving = {}): Promise<void> {
  const state = presentState(turn, scope);
  const exit: Exit = through?.exit ?? state;
  const next = through?.exit.Next ?? nextOf(state);
  const prefix = through ? `${through.location}/` : "";
  const at = moment(turn, scope, seen);
  const assigned: Record<string, string> = {};
  for (const [name, value] of Object.entries(exit.Assign ?? {})) {
    assigned[name] = await evaluate(at, `${prefix}Assign/${name}`, value);
  }
  const output =
    exit.Output === undefined ? (otherwise ?? scope.input) : await evaluate(at, `${prefix}Output`, exit.Output);
  refuseOversize(scope.state, [output, ...Object.values(assigned)]);

  recordOn(turn, scope, `${state.Type}StateExited`, {
    name: scope.state,
    ...shown("output", output),
    ...(exit.Assign && { assignedVariables: assigned, assignedVariablesDetails: { truncated: false } }),
  });
  scope.variables = { ...scope.variables, ...assigned };
  if (next === undefined) return endLine(turn, scope, output);
  Object.assign(scope, { state: next, input: output, retries: [] });
  turn.ready.push({ scope, step: "enter" });
}

/** 256 KiB of UTF-8: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. `who` as AWS names it. */
export function refuseOversize(who: string, texts: string[]): void {
  if (!texts.some((text) => Buffer.byteLength(text) > maximumBytes)) return;
  const cause = `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new Failure("States.DataLimitExceeded", cause);
}
const maximumBytes = 256 * 1024;

function nextOf(state: State): string | undefined {
  if (state.Type === "Choice") return state.Default;
  return "Next" in state ? state.Next : undefined;
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
