import jsonata from "jsonata";
import {
  type Branch,
  type Definition,
  type Exit,
  type Json,
  linesOf,
  type State,
} from "../../emulator/asl/definition.ts";

/** An expression of a definition and where it stands. */
export interface Placed {
  /** State and field: `Smoke.Assign.smoked`. */
  where: string;
  source: string;
}

/** Every expression of the state itself, not of the lines within. */
export function expressionsOf(name: string, state: State): Placed[] {
  const walk = (where: string, value: unknown): Placed[] => {
    if (typeof value === "string") return value.startsWith("{%") ? [{ where, source: value.slice(2, -2).trim() }] : [];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => walk(`${where}.${key}`, inner));
  };
  const { Branches: _, ItemProcessor: __, ...own } = { Branches: [], ItemProcessor: {}, ...state };
  return walk(name, own);
}

/** Names that an expression takes from outside: variables, and functions that JSONata and Step Functions don't have. */
export async function readsOf(source: string): Promise<string[]> {
  const mentioned = new Set<string>();
  const local = new Set<string>();
  for (const node of nodes(jsonata(source).ast())) {
    if (node.type === "variable") mentioned.add(String(node.value));
    if (node.type === "bind") local.add(String(Object(node.lhs).value));
    if (node.type === "lambda" && Array.isArray(node.arguments))
      for (const { value } of node.arguments) local.add(String(value));
  }
  const reads = [...mentioned].filter((name) => !local.has(name) && !["", "$", "states", ...added].includes(name));
  const known = await Promise.all(reads.map((name) => jsonata(`$exists($${name})`).evaluate({})));
  return reads.filter((_, index) => known[index] !== true);
}

/** Whether an expression compares with `!=`, which is false for what is missing, so that a guard would fail open. */
export const comparesUnequal = (source: string): boolean =>
  nodes(jsonata(source).ast()).some(({ type, value }) => type === "binary" && value === "!=");

/** Reads of variables that some path leaves unassigned, one line each. Assign and Output see the values at the state's entry. */
export async function unassigned(line: Definition | Branch, outer: ReadonlySet<string> = new Set()): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, before] of assignedBefore(line, outer)) {
    const state = line.States[name]!;
    for (const { where, source } of expressionsOf(name, state))
      for (const read of await readsOf(source))
        if (!before.has(read)) problems.push(`${where}: $${read} isn't assigned on every path`);
    for (const inner of linesOf(state)) problems.push(...(await unassigned(inner, before)));
  }
  return problems;
}

/** State → what has been assigned by then, whatever path led there. */
function assignedBefore({ StartAt, States }: Branch, outer: ReadonlySet<string>): Map<string, Set<string>> {
  const before = new Map([[StartAt, new Set(outer)]]);
  for (const queue = [StartAt]; queue.length > 0; ) {
    const name = queue.shift()!;
    for (const { Next, Assign } of exitsOf(States[name]!)) {
      if (Next === undefined) continue;
      const after = new Set([...before.get(name)!, ...Object.keys(Assign ?? {})]);
      const known = before.get(Next);
      const both = known ? new Set([...known].filter((one) => after.has(one))) : after;
      if (known?.size === both.size) continue;
      before.set(Next, both);
      queue.push(Next);
    }
  }
  return before;
}

/** A rule and a catcher have an Assign of their own, and the state's is then skipped. */
function exitsOf(state: State): Exit[] {
  if (state.Type === "Succeed" || state.Type === "Fail") return [];
  const assign: { Assign?: Record<string, Json> } = state.Assign ? { Assign: state.Assign } : {};
  if (state.Type === "Choice")
    return [...state.Choices, ...(state.Default === undefined ? [] : [{ Next: state.Default, ...assign }])];
  const onward = state.Next === undefined ? [] : [{ Next: state.Next, ...assign }];
  return "Catch" in state && state.Catch ? [...onward, ...state.Catch] : onward;
}

type Node = Record<string, unknown>;

function nodes(root: unknown, seen = new Set<unknown>()): Node[] {
  if (typeof root !== "object" || root === null || seen.has(root)) return [];
  seen.add(root);
  const own = Array.isArray(root) ? [] : [{ ...root } as Node];
  return [...own, ...Object.values(root).flatMap((inner) => nodes(inner, seen))];
}

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#data-transforms-jsonata-functions
const added = ["partition", "range", "hash", "random", "uuid", "parse"];
