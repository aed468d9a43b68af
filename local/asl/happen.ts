import { attempt } from "./attempt.ts";
import { type Event, scopeIdOf } from "./execution.ts";
import { record } from "./history.ts";
import { leave } from "./leave.ts";
import { taskEvent } from "./states/taskEvents.ts";
import { endExecution, executionTimer, type Turn } from "./turn.ts";

/** Lets the event happen. False if nothing waits for it. */
export async function happen(turn: Turn, event: Event): Promise<boolean> {
  if (event.kind === "aborted") return stop(turn, "ABORTED", event);
  if (event.kind === "timer" && event.id === executionTimer) return stop(turn, "TIMED_OUT", {});
  const id = event.kind === "timer" ? event.id : event.task;
  const scope = turn.execution.scopes[scopeIdOf(id)];
  if (!scope) return false;
  const { doing } = scope;
  if (doing?.kind === "timer" && doing.timer === id) {
    delete scope.doing;
    if (doing.next === "retry") turn.ready.push({ scope, step: "run" });
    else await attempt(turn, scope, () => leave(turn, scope));
    return true;
  }
  if (doing?.kind === "task" && [doing.task, ...doing.timers].includes(id)) {
    await attempt(turn, scope, () => taskEvent(turn, scope, event));
    return true;
  }
  return false;
}

/** ExecutionAborted follows 0 and cuts off without further events: recorded. ExecutionTimedOut the same [unverified]. */
function stop(turn: Turn, status: "ABORTED" | "TIMED_OUT", { error, cause }: { error?: string; cause?: string }): true {
  const outcome = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  record(turn, 0, status === "ABORTED" ? "ExecutionAborted" : "ExecutionTimedOut", outcome);
  endExecution(turn, status, outcome);
  return true;
}
