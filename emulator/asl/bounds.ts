import type { Expression } from "jsonata";

/**
 * Bounds on one evaluation, with AWS's words: without them an endless expression takes the process down. AWS allows a second
 * (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). Here evaluated nodes are
 * counted instead, so that a run repeats on any machine, and seconds only as a net below. Depth, elements and characters were
 * measured on AWS: https://github.com/floci-io/floci/issues/2737.
 */
export const bounds = {
  nodes: 200_000,
  seconds: 5,
  depth: 100,
  elements: 873_782,
  characters: 2 ** 22,
  range: 360_145,
};

/**
 * Makes the compiled expression count. Each evaluation binds a `newCount()` under `counting`. JSONata begins all members of an array or
 * an object at once, so their number counts as depth; [unverified] on AWS, but stricter than AWS at the most.
 */
export function bound(expression: Expression): void {
  hook(expression, "jsonata.__evaluate_entry", (count) => {
    count.nodes += 1;
    count.depth += 1;
    if (count.nodes > bounds.nodes || performance.now() > count.until)
      throw new Error("Expression evaluation timeout: Check for infinite loop");
    if (count.depth <= bounds.depth) return;
    const advice = "Check for non-terminating recursive function. Consider rewriting as tail-recursive";
    throw new Error(`Stack overflow error: ${advice}`);
  });
  hook(expression, "jsonata.__evaluate_exit", (count, result) => {
    count.depth -= 1;
    const most = typeof result === "string" ? bounds.characters : bounds.elements;
    if ((typeof result === "string" || Array.isArray(result)) && result.length > most) throw new MemoryLimit();
  });
}

export class MemoryLimit extends Error {
  override message = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
}

/** No expression can name it: it starts with a blank. */
export const counting = " count";
/** The time is the wall's, not the cloud's: it bounds real work. */
export const newCount = (): Count => ({ nodes: 0, depth: 0, until: performance.now() + 1000 * bounds.seconds });

interface Count {
  nodes: number;
  depth: number;
  until: number;
}

/** JSONata looks its hooks up among the variables, by symbol; its types don't know that names can be symbols. */
function hook(expression: Expression, name: string, notice: (count: Count, result: unknown) => void): void {
  const callback = (_node: unknown, _input: unknown, at: { lookup(name: string): Count }, result: unknown) =>
    notice(at.lookup(counting), result);
  expression.assign(Symbol.for(name) as unknown as string, callback);
}
