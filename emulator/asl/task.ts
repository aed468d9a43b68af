import type { State, Task } from "./definition.ts";
import { evaluate, evaluateAs, evaluateSeconds } from "./evaluate.ts";
import type { Event, Scope } from "./execution.ts";
import { Failure, type Problem } from "./failure.ts";
import { textDetails } from "./history.ts";
import { problemOfArguments, problemOfResult } from "./limits.ts";
import { leave } from "./outcome.ts";
import { drawToken, presentState, recordOn, release, setTimer, type Turn, waitFor } from "./turn.ts";

/**
 * One attempt at the task. Its fields are evaluated anew each time, with a new token:
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
 */
export async function runTask(turn: Turn, scope: Scope, state: Task): Promise<void> {
  const { integration } = resourceOf(state);
  const token = state.Resource.endsWith(".waitForTaskToken") ? drawToken(turn) : undefined;
  const viewpoint = { turn, scope, values: token === undefined ? {} : { token } };
  const input = (await evaluate(viewpoint, "Arguments", state.Arguments)) ?? scope.input;
  const role = await evaluateAs(viewpoint, "Credentials/RoleArn", state.Credentials?.RoleArn, "string");
  const limit = await evaluateSeconds(viewpoint, "TimeoutSeconds", state.TimeoutSeconds, 1);
  const heartbeat = await evaluateSeconds(viewpoint, "HeartbeatSeconds", state.HeartbeatSeconds, 1);
  const oversize = problemOfArguments(scope.state, input);
  if (oversize) throw new Failure(oversize);

  const region = turn.execution.identity.executionArn.split(":")[3];
  recordTask(turn, scope, "Scheduled", {
    ...(integration ? { parameters: input, region } : { ...textDetails("input", input), resource: state.Resource }),
    timeoutInSeconds: limit,
    heartbeatInSeconds: heartbeat,
    taskCredentials: role && { roleArn: role },
  });
  turn.ready.push({ scope, step: "startTask" });
  turn.effects.push({
    kind: "task",
    task: waitFor(turn, scope, "task"),
    state: scope.state,
    resource: state.Resource,
    arguments: input,
    ...(token !== undefined && { token }),
    ...(role && { credentials: role }),
  });
  if (limit) setTimer(turn, scope, "timeout", turn.at + 1000 * limit);
  if (heartbeat) setTimer(turn, scope, "heartbeat", turn.at + 1000 * heartbeat);
  if (heartbeat) scope.heartbeat = heartbeat;
}

/** The call is on its way. */
export const startTask = (turn: Turn, scope: Scope): void => recordTask(turn, scope, "Started");

/** What the world says of a task that has been scheduled. Throws its failure. */
export async function takeTaskEvent(turn: Turn, scope: Scope, event: Extract<Event, { task: string }>): Promise<void> {
  switch (event.kind) {
    case "taskHeartbeat":
      return renewHeartbeat(turn, scope);
    case "taskSubmitted":
      // The call has returned; the task goes on waiting for its token.
      return recordTask(turn, scope, "Submitted", textDetails("output", event.output));
    case "taskSucceeded": {
      const { task, output } = event;
      release(turn, scope, task);
      const state = presentState(turn, scope) as Task;
      const problem = problemOfResult(resourceOf(state).integration?.resourceType ?? state.Resource, output);
      if (problem) throw recordFailure(turn, scope, "Failed", problem);
      recordTask(turn, scope, "Succeeded", textDetails("output", output));
      return leave(turn, scope, { result: output });
    }
    case "taskFailed": {
      // [unverified]: whether AWS says TaskSubmitFailed where the call itself fails before a token can be answered.
      const { task, error, cause } = event;
      release(turn, scope, task);
      throw recordFailure(turn, scope, "Failed", { error, cause });
    }
  }
}

/** The history says States.Timeout for heartbeats too, ErrorEquals may name either: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export function timeTaskOut(turn: Turn, scope: Scope, timer: string): never {
  const alias = timer.includes(".heartbeat.") ? "States.HeartbeatTimeout" : undefined;
  throw recordFailure(turn, scope, "TimedOut", { error: "States.Timeout", cause: "", alias });
}

/** The task lives: its heartbeat's time starts anew. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
function renewHeartbeat(turn: Turn, scope: Scope): void {
  if (scope.heartbeat === undefined) return;
  const old = scope.waits.filter((id) => id.includes(".heartbeat."));
  for (const id of old) turn.effects.push({ kind: "cancel", id });
  scope.waits = scope.waits.filter((id) => !old.includes(id));
  setTimer(turn, scope, "heartbeat", turn.at + 1000 * scope.heartbeat);
}

function recordFailure(turn: Turn, scope: Scope, type: "Failed" | "TimedOut", problem: Problem): Failure {
  recordTask(turn, scope, type, { error: problem.error, cause: problem.cause || undefined });
  return new Failure(problem);
}

function recordTask(turn: Turn, scope: Scope, type: string, details?: Record<string, unknown>): void {
  const { events, integration } = resourceOf(presentState(turn, scope));
  recordOn(turn, scope, `${events}${type}`, details || integration ? { ...details, ...integration } : undefined);
}

/**
 * How a task's resource shows in the history: what the types of its events start with, and the details of them all.
 * `arn:aws:states:::<type>:<action>` is an integration; functions and activities are named by their own ARNs, with events of
 * their own. Which resources there are is the cloud's affair: any ARN is taken here.
 */
function resourceOf(state: State): { events: string; integration?: { resource: string; resourceType: string } } {
  const arn = state.Type === "Task" ? state.Resource : "";
  const [, resourceType, resource] = /^arn:[^:]+:states:::(aws-sdk:[^:]+|[^:]+):(.+)$/.exec(arn) ?? [];
  if (resourceType && resource) return { events: "Task", integration: { resource, resourceType } };
  return { events: arn.includes(":activity:") ? "Activity" : "LambdaFunction" };
}
