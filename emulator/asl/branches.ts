import { type Json, linesOf, type StateOf } from "./definition.ts";
import type { Child, Scope } from "./execution.ts";
import { evaluate, evaluateAs } from "./expressions.ts";
import { evaluationFailure, type Problem } from "./failure.ts";
import { record } from "./history.ts";
import { leave } from "./outcome.ts";
import { newScope, presentState, recordOn, release, type Turn } from "./turn.ts";

/**
 * Starts all branches with the same input. One that fails fails the state; otherwise its result is the array of their outputs.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
 */
export async function parallel(turn: Turn, scope: Scope, state: StateOf<"Parallel">): Promise<void> {
  const input = (await evaluate({ turn, scope }, "Arguments", state.Arguments)) ?? scope.input;
  recordOn(turn, scope, "ParallelStateStarted");
  const branches = state.Branches.map(() => ({ input }));
  startChildren(turn, scope, branches, branches.length);
}

/** Runs the processor for each item, at most MaxConcurrency at once. Its result is the array of the iterations' outputs. */
export async function map(turn: Turn, scope: Scope, state: StateOf<"Map">): Promise<void> {
  const items = (await evaluateAs({ turn, scope }, "Items", state.Items, "array")) ?? itemsIn(scope);
  const amount = async (name: "MaxConcurrency" | "ToleratedFailureCount" | "ToleratedFailurePercentage") =>
    evaluateAs({ turn, scope }, name, state[name], "number", (value) =>
      value < 0 ? `${name} cannot be negative.` : undefined,
    );
  const concurrency = (await amount("MaxConcurrency")) || maximumConcurrency;
  // An inline Map accepts the tolerances (recorded) and fails with its first iteration all the same [unverified].
  await amount("ToleratedFailureCount");
  await amount("ToleratedFailurePercentage");
  const iterations: Child[] = [];
  for (const [index, value] of items.entries()) {
    const item = JSON.stringify(value);
    // [unverified]: when AWS evaluates ItemSelector. Here all of them at once, with the state's values at entry.
    const place = { turn, scope, seen: { item: { index, text: item } } };
    iterations.push({ item, input: (await evaluate(place, "ItemSelector", state.ItemSelector)) ?? item });
  }
  recordOn(turn, scope, "MapStateStarted", { length: items.length });
  startChildren(turn, scope, iterations, Math.min(concurrency, maximumConcurrency));
}

/** Of inline Maps: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const maximumConcurrency = 40;

function itemsIn(scope: Scope): Json[] {
  const input: unknown = JSON.parse(scope.input);
  if (Array.isArray(input)) return input;
  throw evaluationFailure(scope, `Map state input must be an array but was: ${scope.input}`, { of: "expression" });
}

/** The first ones start at once, the others follow as places get free. With none at all the state has joined already. */
function startChildren(turn: Turn, scope: Scope, waiting: Child[], concurrency: number): void {
  scope.children = { results: Array(waiting.length).fill(""), waiting };
  for (const _ of waiting.slice(0, concurrency)) startNext(turn, scope, scope.previous);
  if (waiting.length === 0) turn.ready.push({ scope, step: "joined" });
}

function startNext(turn: Turn, scope: Scope, previous: number): void {
  const { results = [], waiting: [next, ...waiting] = [] } = scope.children ?? {};
  if (!next) return;
  const index = results.length - waiting.length - 1;
  const lines = linesOf(presentState(turn, scope));
  const { StartAt: state } = lines[isMap(turn, scope) ? 0 : index]!;
  const child = newScope(turn, { ...next, parent: scope.id, index, state, previous });
  if (isMap(turn, scope)) recordOn(turn, child, "MapIterationStarted", iteration(scope, child));
  scope.children = { results, waiting };
}

/** A branch or iteration is done. */
export function childEnded(turn: Turn, child: Scope, output: string): void {
  const scope = parentOf(turn, child);
  const { results, waiting } = scope.children!;
  delete turn.execution.scopes[child.id];
  scope.children = { results: results.with(child.index!, output), waiting };
  // Recorded: what follows an iteration follows its last state, not MapIterationSucceeded; only the Map's end follows that.
  const succeeded =
    isMap(turn, scope) && record(turn, child.previous, "MapIterationSucceeded", iteration(scope, child));
  startNext(turn, scope, child.previous);
  if (childrenOf(turn, scope).length > 0) return;
  scope.previous = succeeded || child.previous;
  turn.ready.push({ scope, step: "joined" });
}

/** All are done: the state is left with their outputs. */
export async function joined(turn: Turn, scope: Scope): Promise<void> {
  const result = `[${scope.children?.results.join(",")}]`;
  delete scope.children;
  // StateExited follows what StateSucceeded follows: recorded.
  record(turn, scope.previous, `${presentState(turn, scope).Type}StateSucceeded`);
  return leave(turn, scope, { result });
}

/** A branch or iteration has failed: cuts the others off. Gives the state's scope, its next event following the failure. */
export function cutOff(turn: Turn, failed: Scope, problem: Problem): Scope {
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
  if (isMap(turn, scope)) record(turn, failed.previous, end, iteration(scope, child));
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
const iteration = (scope: Scope, child: Scope) => ({ name: scope.state, index: child.index });
