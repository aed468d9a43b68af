import { linesOf } from "./definition.ts";
import type { Child, Scope } from "./execution.ts";
import type { Problem } from "./failure.ts";
import { record } from "./history.ts";
import { newScope, presentState, recordOn, release, type Turn } from "./turn.ts";

/** Starts a Parallel's branches, or a Map's iterations, so many at once. With none at all they are done already. */
export function startChildren(turn: Turn, scope: Scope, waiting: Child[], concurrency: number): void {
  scope.children = { results: Array(waiting.length).fill(""), waiting };
  for (const _ of waiting.slice(0, concurrency)) startNext(turn, scope, scope.previous);
  if (waiting.length === 0) turn.ready.push({ scope, step: "joinChildren" });
}

function startNext(turn: Turn, scope: Scope, previous: number): void {
  const { results = [], waiting: [next, ...waiting] = [] } = scope.children ?? {};
  if (!next) return;
  const index = results.length - waiting.length - 1;
  const lines = linesOf(presentState(turn, scope));
  const { StartAt: state } = lines[isMap(turn, scope) ? 0 : index]!;
  const child = newScope(turn, { ...next, parent: scope.id, index, state, previous });
  if (isMap(turn, scope)) recordOn(turn, child, "MapIterationStarted", iterationDetails(scope, child));
  scope.children = { results, waiting };
}

/** A branch or iteration has come to its end: the next one starts in its place. */
export function endChild(turn: Turn, child: Scope, output: string): void {
  const scope = parentOf(turn, child);
  const { results, waiting } = scope.children!;
  delete turn.execution.scopes[child.id];
  scope.children = { results: results.with(child.index!, output), waiting };
  // Recorded: what follows an iteration follows its last state, not MapIterationSucceeded; only the Map's end follows that.
  const succeeded =
    isMap(turn, scope) && record(turn, child.previous, "MapIterationSucceeded", iterationDetails(scope, child));
  startNext(turn, scope, child.previous);
  if (childrenOf(turn, scope).length > 0) return;
  scope.previous = succeeded || child.previous;
  turn.ready.push({ scope, step: "joinChildren" });
}

/** A branch or iteration has failed: cuts the others off. Gives the state's scope, its next event following the failure. */
export function cutOffChildren(turn: Turn, failed: Scope, problem: Problem): Scope {
  const scope = parentOf(turn, failed);
  for (const child of childrenOf(turn, scope)) abort(turn, scope, child, failed, problem);
  scope.previous = failed.previous;
  delete scope.children;
  return scope;
}

/**
 * Recorded order (LocalStack's test_timeouts and test_callback): of each iteration first itself, then its state; everything
 * follows the event that failed. Of time-outs at one moment AWS records all before the first one's line fails, not so here.
 */
function abort(turn: Turn, scope: Scope, child: Scope, failed: Scope, problem: Problem): void {
  const state = presentState(turn, child);
  const end = child === failed ? "MapIterationFailed" : "MapIterationAborted";
  if (isMap(turn, scope)) record(turn, failed.previous, end, iterationDetails(scope, child));
  for (const inner of childrenOf(turn, child)) abort(turn, child, inner, failed, problem);
  // A Parallel or Map that failed has said so itself; one whose expression failed was never under way.
  const isOver = child === failed && (linesOf(state).length > 0 || problem.evaluation !== undefined);
  if (!isOver && showsAborted.includes(state.Type)) record(turn, failed.previous, `${state.Type}StateAborted`);
  release(turn, child);
  delete turn.execution.scopes[child.id];
  turn.ready = turn.ready.filter((ready) => ready.scope !== child);
}

/** States of these types show an event of their own when they are cut off; the API knows no `PassStateAborted`. */
const showsAborted = ["Task", "Wait", "Parallel", "Map"];

const parentOf = (turn: Turn, child: Scope): Scope => turn.execution.scopes[child.parent!]!;
const childrenOf = (turn: Turn, scope: Scope): Scope[] =>
  Object.values(turn.execution.scopes).filter(({ parent }) => parent === scope.id);
const isMap = (turn: Turn, scope: Scope): boolean => presentState(turn, scope).Type === "Map";
const iterationDetails = (scope: Scope, child: Scope) => ({ name: scope.state, index: child.index });
