import type { Expression } from "jsonata";

/**
 * Bounds on one evaluation: without them an endless expression takes the process down. Counted in evaluated nodes instead of
 * seconds, so that a run repeats on any machine. AWS publishes none; the depth was measured on AWS (TestState, August 2026:
 * https://github.com/floci-io/floci/issues/2737). [unverified]: whether the members of a list, which are evaluated at once, count
 * there as depth, as they do here.
 */
export const bounds = { depth: 100, nodes: 200_000 };

/** Makes the compiled expression count. Each evaluation binds a `newCount()` under `counting`. */
export function guard(expression: Expression): void {
  hook(expression, "jsonata.__evaluate_entry", (count) => {
    count.nodes += 1;
    count.depth += 1;
    if (count.depth > bounds.depth)
      throw new Error(`Stack overflow error: more than ${bounds.depth} expressions deep.`);
    if (count.nodes > bounds.nodes) throw new Error(`Timeout error: more than ${bounds.nodes} evaluation steps.`);
  });
  hook(expression, "jsonata.__evaluate_exit", (count) => {
    count.depth -= 1;
  });
}

/** No expression can name it: it starts with a blank. */
export const counting = " count";
export const newCount = (): Count => ({ nodes: 0, depth: 0 });

interface Count {
  nodes: number;
  depth: number;
}

/** JSONata looks its hooks up among the variables, by symbol; its types don't know that names can be symbols. */
function hook(expression: Expression, name: string, notice: (count: Count) => void): void {
  const callback = (_node: unknown, _input: unknown, environment: { lookup(name: string): Count }) =>
    notice(environment.lookup(counting));
  Reflect.apply<Expression, [symbol, unknown], void>(expression.assign as Assign, expression, [
    Symbol.for(name),
    callback,
  ]);
}
type Assign = (this: Expression, name: symbol | string, value: unknown) => void;
