import { linesOf } from "./definition.ts";
import type { Child, Doing, Scope } from "./execution.ts";
import { record, showsAborted } from "./history.ts";
import { newScope, presentState, recordOn, release, type Turn } from "./turn.ts";

type Children = Extract<Doing, { kind: "children" }>;

/**
 * Starts the branches of a Parallel or the iterations of a Map, at most `concurrency` at once. The others follow as places
 * get free. With none at all the state has joined already.
 */
export function startChildren(turn: Turn, scope: Scope, children: Child[], concurrency: number): void {
  scope.doing = {
    kind: "children",
    running: [],
    results: Array(children.length).fill(""),
    open: children.length,
    waiting: children,
  };
  for (const _ of children.slice(0, concurrency)) startNext(turn, scope, scope.previous);
  if (children.length === 0) turn.ready.push({ scope, step: "joined" });
}

/** A branch or iteration is done. */
export function childEnded(turn: Turn, child: Scope, output: string): void {
  const { scope, doing } = parentOf(turn, child);
  delete turn.execution.scopes[child.id];
  scope.doing = {
    ...doing,
    running: doing.running.filter((id) => id !== child.id),
    results: doing.results.with(child.index ?? 0, output),
    open: doing.open - 1,
  };
  // Recorded: what follows an iteration follows its last state, not MapIterationSucceeded; only the Map's end follows that.
  const succeeded =
    isMap(turn, scope) && record(turn, child.previous, "MapIterationSucceeded", iteration(scope, child));
  if (scope.doing.waiting.length > 0) startNext(turn, scope, child.previous);
  if (scope.doing.open > 0) return;
  scope.previous = succeeded || child.previous;
  turn.ready.push({ scope, step: "joined" });
}

/** A branch or iteration has failed: cuts the others off. Gives the state's scope, its next event following the failure. */
export function cutOff(turn: Turn, failed: Scope): Scope {
  const { scope, doing } = parentOf(turn, failed);
  for (const id of doing.running) {
    const child = turn.execution.scopes[id];
    if (child) abort(turn, scope, child, failed);
  }
  scope.previous = failed.previous;
  delete scope.doing;
  return scope;
}

/** Recorded order: of each iteration first itself, then its state; everything follows the event that failed. */
function abort(turn: Turn, scope: Scope, child: Scope, failed: Scope): void {
  const state = presentState(turn, child);
  if (isMap(turn, scope)) {
    record(
      turn,
      failed.previous,
      child === failed ? "MapIterationFailed" : "MapIterationAborted",
      iteration(scope, child),
    );
  }
  if (child.doing?.kind === "children") {
    for (const id of child.doing.running) {
      const inner = turn.execution.scopes[id];
      if (inner) abort(turn, child, inner, failed);
    }
  }
  // A Parallel or Map that failed has said so itself; one whose expression failed was never under way.
  const underWay = child !== failed || (linesOf(state).length === 0 && !failedAtEntry(turn, child));
  if (underWay && showsAborted(state.Type)) record(turn, failed.previous, `${state.Type}StateAborted`);
  release(turn, child);
  delete turn.execution.scopes[child.id];
  turn.ready = turn.ready.filter((ready) => ready.scope !== child);
}

function failedAtEntry(turn: Turn, child: Scope): boolean {
  const last = turn.events.find(({ id }) => id === child.previous);
  return last?.type === "EvaluationFailed";
}

function startNext(turn: Turn, scope: Scope, previous: number): void {
  const doing = scope.doing as Children;
  const index = doing.results.length - doing.waiting.length;
  const [next, ...waiting] = doing.waiting;
  const lines = linesOf(presentState(turn, scope));
  const line = lines[lines.length === 1 ? 0 : index];
  if (!next || !line) return;
  const child = newScope(turn, { ...next, parent: scope.id, index, state: line.StartAt, previous });
  if (isMap(turn, scope)) recordOn(turn, child, "MapIterationStarted", iteration(scope, child));
  scope.doing = { ...doing, running: [...doing.running, child.id], waiting };
}

function parentOf(turn: Turn, child: Scope): { scope: Scope; doing: Children } {
  const scope = turn.execution.scopes[child.parent ?? 0];
  if (scope?.doing?.kind !== "children") throw new Error(`Scope ${child.id} runs in no Parallel or Map.`);
  return { scope, doing: scope.doing };
}

const isMap = (turn: Turn, scope: Scope) => presentState(turn, scope).Type === "Map";
const iteration = (scope: Scope, child: Scope) => ({ name: scope.state, index: child.index });
