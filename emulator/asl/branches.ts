import { startChildren } from "./children.ts";
import type { Json, StateOf } from "./definition.ts";
import { evaluate, evaluateAs } from "./evaluate.ts";
import type { Child, Scope } from "./execution.ts";
import { evaluationFailure } from "./failure.ts";
import { record } from "./history.ts";
import { leave } from "./outcome.ts";
import { presentState, recordOn, type Turn } from "./turn.ts";

/**
 * Starts all branches with the same input. One that fails fails the state; otherwise its result is the array of their outputs.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
 */
export async function runParallel(turn: Turn, scope: Scope, state: StateOf<"Parallel">): Promise<void> {
  const input = (await evaluate({ turn, scope }, "Arguments", state.Arguments)) ?? scope.input;
  recordOn(turn, scope, "ParallelStateStarted");
  const branches = state.Branches.map(() => ({ input }));
  startChildren(turn, scope, branches, branches.length);
}

/** Runs the processor for each item, at most MaxConcurrency at once. Its result is the array of the iterations' outputs. */
export async function runMap(turn: Turn, scope: Scope, state: StateOf<"Map">): Promise<void> {
  const items = (await evaluateAs({ turn, scope }, "Items", state.Items, "array")) ?? itemsOfInput(scope);
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
    const viewpoint = { turn, scope, values: { item: { index, text: item } } };
    iterations.push({ item, input: (await evaluate(viewpoint, "ItemSelector", state.ItemSelector)) ?? item });
  }
  recordOn(turn, scope, "MapStateStarted", { length: items.length });
  startChildren(turn, scope, iterations, Math.min(concurrency, maximumConcurrency));
}

/** Of inline Maps: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const maximumConcurrency = 40;

function itemsOfInput(scope: Scope): Json[] {
  const input: unknown = JSON.parse(scope.input);
  if (Array.isArray(input)) return input;
  throw evaluationFailure(scope, `Map state input must be an array but was: ${scope.input}`, { of: "expression" });
}

/** All branches or iterations are done: the state is left with their outputs. */
export async function joinChildren(turn: Turn, scope: Scope): Promise<void> {
  const result = `[${scope.children?.results.join(",")}]`;
  delete scope.children;
  // StateExited follows what StateSucceeded follows: recorded.
  record(turn, scope.previous, `${presentState(turn, scope).Type}StateSucceeded`);
  return leave(turn, scope, { result });
}
