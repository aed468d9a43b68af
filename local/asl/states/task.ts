import type { Task } from "../definition.ts";
import type { Scope } from "../execution.ts";
import { evaluate, evaluateAs } from "../expressions.ts";
import { evaluationFailure } from "../failure.ts";
import { moment } from "../moment.ts";
import { drawToken, recordOn, type Turn } from "../turn.ts";
import { resourceOf } from "./resource.ts";

/** One attempt at the task. Its fields are evaluated anew each time, with a new token. */
export async function task(turn: Turn, scope: Scope, state: Task): Promise<void> {
  const resource = resourceOf(state.Resource);
  const token = resource.waitsForToken ? drawToken(turn) : undefined;
  const at = moment(turn, scope, token === undefined ? {} : { token });
  const input = state.Arguments === undefined ? scope.input : await evaluate(at, "Arguments", state.Arguments);
  const role =
    state.Credentials && String(await evaluateAs(at, "Credentials/RoleArn", state.Credentials.RoleArn, "string"));
  const seconds = await secondsOf(turn, scope, "TimeoutSeconds", state.TimeoutSeconds);
  const heartbeat = await secondsOf(turn, scope, "HeartbeatSeconds", state.HeartbeatSeconds);

  recordOn(turn, scope, `${resource.events}Scheduled`, {
    ...resource.scheduled(input, turn.execution.identity.executionArn.split(":")[3] ?? ""),
    timeoutInSeconds: seconds,
    heartbeatInSeconds: heartbeat,
    taskCredentials: role && { roleArn: role },
  });
  const id = `${scope.id}.${scope.previous}`;
  const { waitsForToken } = resource;
  scope.doing = { kind: "task", task: id, timers: [], waitsForToken, ...(heartbeat && { heartbeat }) };
  turn.ready.push({ scope, step: "started" });
  turn.effects.push({
    kind: "task",
    task: id,
    state: scope.state,
    resource: state.Resource,
    arguments: input,
    ...(token !== undefined && { token }),
    ...(role && { credentials: role }),
    ...(seconds && { timeoutAt: turn.at + 1000 * seconds }),
  });
  if (seconds) setTimer(turn, scope, "timeout", seconds);
  if (heartbeat) setTimer(turn, scope, "heartbeat", heartbeat);
}

/** Waiting for a token is waiting; everything else is work. */
export function setTimer(turn: Turn, scope: Scope, name: "timeout" | "heartbeat", seconds: number): void {
  const { doing } = scope;
  if (doing?.kind !== "task") return;
  const at = turn.at + 1000 * seconds;
  const id = `${doing.task}.${name}.${at}`;
  scope.doing = { ...doing, timers: [...doing.timers, id] };
  turn.effects.push({ kind: "timer", id, at, of: doing.waitsForToken ? "wait" : "work" });
}

async function secondsOf(turn: Turn, scope: Scope, name: string, field?: number | string): Promise<number | undefined> {
  if (field === undefined) return undefined;
  const seconds = Number(await evaluateAs(moment(turn, scope), name, field, "number"));
  if (Number.isInteger(seconds) && seconds > 0) return seconds;
  // [unverified]: the wording.
  const problem = `The ${name} field must be a positive whole number, but was: ${seconds}`;
  throw evaluationFailure(moment(turn, scope), problem, { location: name, of: "value" });
}
