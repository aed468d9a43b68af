import type { Task } from "../definition.ts";
import type { Event, Scope } from "../execution.ts";
import { Failure, timeout } from "../failure.ts";
import { shown } from "../history.ts";
import { leave, refuseOversize } from "../leave.ts";
import { presentState, recordOn, release, type Turn } from "../turn.ts";
import { type Resource, resourceOf } from "./resource.ts";
import { setTimer } from "./task.ts";

/** What happens to a task that has been scheduled. Throws its failure. */
export async function taskEvent(turn: Turn, scope: Scope, event: Exclude<Event, { kind: "aborted" }>): Promise<void> {
  const resource = resourceIn(turn, scope);
  switch (event.kind) {
    case "taskHeartbeat":
      return heartbeat(turn, scope);
    case "taskSubmitted":
      // The call has returned; the task goes on waiting for its token.
      recordOn(turn, scope, `${resource.events}Submitted`, { ...shown("output", event.output), ...resource.shown });
      return;
    case "taskSucceeded":
      return succeeded(turn, scope, event);
    case "taskFailed":
      // [unverified]: whether AWS says TaskSubmitFailed where the call itself fails before a token can be answered.
      release(turn, scope, event.task);
      throw recorded(turn, scope, "Failed", new Failure(event.error, event.cause));
    case "timer":
      release(turn, scope, event.id);
      throw recorded(turn, scope, "TimedOut", timeout(event.id.includes(".heartbeat.") ? "heartbeat" : "task"));
  }
}

/** The call is on its way. */
export function taskStarted(turn: Turn, scope: Scope): void {
  const resource = resourceIn(turn, scope);
  recordOn(turn, scope, `${resource.events}Started`, resource.shown);
}

async function succeeded(turn: Turn, scope: Scope, { task, output }: { task: string; output: string }): Promise<void> {
  const resource = resourceIn(turn, scope);
  release(turn, scope, task);
  try {
    refuseOversize(resource.name, [output]);
  } catch (thrown) {
    throw thrown instanceof Failure ? recorded(turn, scope, "Failed", thrown) : thrown;
  }
  recordOn(turn, scope, `${resource.events}Succeeded`, { ...shown("output", output), ...resource.shown });
  return leave(turn, scope, { seen: { result: output }, otherwise: output });
}

/** The task lives: its heartbeat's time starts anew. */
function heartbeat(turn: Turn, scope: Scope): void {
  const { doing } = scope;
  if (doing?.kind !== "task" || doing.heartbeat === undefined) return;
  const old = doing.timers.filter((timer) => timer.includes(".heartbeat."));
  for (const id of old) turn.effects.push({ kind: "cancel", id });
  scope.doing = { ...doing, timers: doing.timers.filter((timer) => !old.includes(timer)) };
  setTimer(turn, scope, "heartbeat", doing.heartbeat);
}

function recorded(turn: Turn, scope: Scope, type: "Failed" | "TimedOut", failure: Failure): Failure {
  const resource = resourceIn(turn, scope);
  const { error, reason } = failure;
  recordOn(turn, scope, `${resource.events}${type}`, { error, cause: reason || undefined, ...resource.shown });
  return failure;
}

const resourceIn = (turn: Turn, scope: Scope): Resource => resourceOf((presentState(turn, scope) as Task).Resource);
