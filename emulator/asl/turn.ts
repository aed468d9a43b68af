import { createHash } from "node:crypto";
import { seeded, uuidOf } from "../uuid.ts";
import { type State, stateOf } from "./definition.ts";
import type { Awaited, Effect, Execution, Scope, Status } from "./execution.ts";
import { type HistoryEvent, record } from "./history.ts";

/** One call of start() or advance(): a working copy of the execution, and what has come of it so far. */
export interface Turn {
  execution: Execution;
  /** Cloud ms. */
  at: number;
  events: HistoryEvent[];
  effects: Effect[];
  /** First come, first served: so branches take turns, as recorded on AWS. */
  ready: { scope: Scope; step: ReadyStep }[];
}

/** Enter the state, run it (again), record that its task's call is on its way, or leave it because its children are done. */
export type ReadyStep = "enter" | "run" | "startTask" | "joinChildren";

export function openTurn(execution: Execution, at: number): Turn {
  const scopes = Object.fromEntries(Object.entries(execution.scopes).map(([id, scope]) => [id, { ...scope }]));
  return { execution: { ...execution, scopes }, at, events: [], effects: [], ready: [] };
}

export const presentState = (turn: Turn, scope: Scope): State => stateOf(turn.execution.definition, scope.state);

/** Records an event on the scope's line; the line's next one follows it. */
export function recordOn(turn: Turn, scope: Scope, type: string, details?: Record<string, unknown>): number {
  scope.previous = record(turn, scope.previous, type, details);
  return scope.previous;
}

export function newScope(turn: Turn, line: Pick<Scope, "state" | "input" | "previous"> & Partial<Scope>): Scope {
  const id = ++turn.execution.lastScope;
  const entered = { event: 0, previous: 0, at: turn.at };
  const scope: Scope = { variables: {}, entered, retries: [], waits: [], ...line, id };
  turn.execution.scopes[id] = scope;
  turn.ready.push({ scope, step: "enter" });
  return scope;
}

/** From now on the scope waits for this; gives its id. */
export function waitFor(turn: Turn, scope: Scope, what: Awaited, at = turn.at): string {
  const id = [scope.id, what, at, turn.execution.events].join(".");
  scope.waits = [...scope.waits, id];
  return id;
}

/** `at` is cloud ms. */
export function setTimer(turn: Turn, scope: Scope, what: Awaited, at: number): void {
  turn.effects.push({ kind: "timer", id: waitFor(turn, scope, what, at), at });
}

/** The scope waits for nothing any more: calls off its timers and its task, but not the one that `over` names. */
export function release(turn: Turn, scope: Scope, over?: string): void {
  for (const id of scope.waits) if (id !== over) turn.effects.push({ kind: "cancel", id });
  scope.waits = [];
  delete scope.heartbeat;
}

/** Ends the execution, after its last event has been recorded. */
export function endExecution(turn: Turn, status: Exclude<Status, "RUNNING">, outcome: Partial<Execution>): void {
  for (const scope of Object.values(turn.execution.scopes)) release(turn, scope);
  if (turn.execution.definition.TimeoutSeconds !== undefined && status !== "TIMED_OUT")
    turn.effects.push({ kind: "cancel", id: executionTimer });
  Object.assign(turn.execution, outcome, { status, stoppedAt: turn.at, scopes: {} });
  turn.ready = [];
  turn.effects.push({ kind: "ended", status });
}

/** Id of the timer that bounds the whole execution. */
export const executionTimer = "execution";

/** The scope and those around it, innermost first. */
export function outwards(turn: Turn, scope: Scope): Scope[] {
  const outer = turn.execution.scopes[scope.parent ?? 0];
  return outer ? [scope, ...outwards(turn, outer)] : [scope];
}

/** The next number from 0 to 1 of this execution's own. */
export const draw = (turn: Turn): number => seeded(nextSeed(turn));

export const drawUuid = (turn: Turn): string => uuidOf(nextSeed(turn));

/** A task token: opaque, new for each attempt, a credential. */
export const drawToken = (turn: Turn): string => createHash("sha512").update(nextSeed(turn)).digest("base64url");

function nextSeed(turn: Turn): string {
  turn.execution.drawn += 1;
  return `${turn.execution.seed}/${turn.execution.identity.executionArn}/${turn.execution.drawn}`;
}
