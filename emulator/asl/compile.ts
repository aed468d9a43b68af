import jsonata, { type Expression } from "jsonata";

/** An expression that can be evaluated again and again, also several times at once. */
export interface Compiled {
  /** Variables and functions that it may mention. */
  names: ReadonlySet<string>;
  /** JSONata's syntax tree. */
  tree: unknown;
  /** `at` is cloud ms: $toMillis takes from it what a picture leaves open. Throws JSONata's errors and those of the bounds. */
  evaluate(bindings: Record<string, unknown>, at: number): Promise<unknown>;
}

/** Compiles, from the cache if it has been compiled before. Throws what JSONata says of the syntax. */
export function compile(source: string): Compiled {
  const cached = cache.get(source);
  if (cached) return cached;
  const expression = jsonata(source);
  bound(expression);
  const compiled: Compiled = {
    names: new Set([...source.matchAll(/\$([\p{L}_][\p{L}\p{N}_]*)/gu)].map((match) => match[1] ?? "")),
    tree: expression.ast(),
    evaluate: (bindings, at) => expression.evaluate(undefined, { ...bindings, [meterName]: newMeter(at) }),
  };
  cache.set(source, compiled);
  return compiled;
}
const cache = new Map<string, Compiled>();

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

export class MemoryLimit extends Error {
  override message = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
}

/** What one evaluation has used up. */
interface Meter {
  nodes: number;
  depth: number;
  /** By the wall's clock, not the cloud's: it bounds real work. */
  until: number;
  now: Date;
}
const newMeter = (at: number): Meter => ({
  nodes: 0,
  depth: 0,
  until: performance.now() + 1000 * bounds.seconds,
  now: new Date(at),
});
/** No expression can name it: it starts with a blank. */
const meterName = " meter";

/**
 * Makes the expression count. JSONata begins all members of an array or an object at once, so their number counts as depth;
 * [unverified] on AWS, but stricter than AWS at the most.
 */
function bound(expression: Expression): void {
  hook(expression, "jsonata.__evaluate_entry", (meter, frame) => {
    // The outermost frame: those within take its time over, which would be the wall's.
    if (meter.nodes === 0) frame.timestamp = meter.now;
    meter.nodes += 1;
    meter.depth += 1;
    if (meter.nodes > bounds.nodes || performance.now() > meter.until)
      throw new Error("Expression evaluation timeout: Check for infinite loop");
    if (meter.depth <= bounds.depth) return;
    const advice = "Check for non-terminating recursive function. Consider rewriting as tail-recursive";
    throw new Error(`Stack overflow error: ${advice}`);
  });
  hook(expression, "jsonata.__evaluate_exit", (meter, _frame, result) => {
    meter.depth -= 1;
    const most = typeof result === "string" ? bounds.characters : bounds.elements;
    if ((typeof result === "string" || Array.isArray(result)) && result.length > most) throw new MemoryLimit();
  });
}

/** JSONata looks its hooks up among the variables, by symbol; its types don't know that names can be symbols. */
function hook(
  expression: Expression,
  name: string,
  notice: (meter: Meter, frame: Frame, result: unknown) => void,
): void {
  const callback = (_node: unknown, _input: unknown, frame: Frame, result: unknown) =>
    notice(frame.lookup(meterName), frame, result);
  expression.assign(Symbol.for(name) as unknown as string, callback);
}

interface Frame {
  lookup(name: string): Meter;
  timestamp: Date;
}
