import type { Scope } from "./execution.ts";
import { fail } from "./fail.ts";
import { Failure } from "./failure.ts";
import { HistoryFull, maximumEvents } from "./history.ts";
import { endExecution, recordOn, type Turn } from "./turn.ts";

/** Takes a step of the scope's present state. Its failure is the state's; a full history ends the execution. */
export async function attempt(turn: Turn, scope: Scope, step: () => Promise<void> | void): Promise<void> {
  try {
    await failingState(turn, scope, step);
  } catch (thrown) {
    if (!(thrown instanceof HistoryFull)) throw thrown;
    // [unverified]: the error's name. The cause: https://cloudonaut.io/step-functions-pitfall-maximum-number-of-history-events/
    const cause = `The execution reached the maximum number of history events (${maximumEvents}).`;
    const outcome = { error: "States.Runtime", cause };
    recordOn(turn, scope, "ExecutionFailed", outcome);
    endExecution(turn, "FAILED", outcome);
  }
}

async function failingState(turn: Turn, scope: Scope, step: () => Promise<void> | void): Promise<void> {
  try {
    await step();
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    await fail(turn, scope, thrown);
  }
}
