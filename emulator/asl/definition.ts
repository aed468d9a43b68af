import type * as v from "valibot";
import type { anyState, machine, retrier } from "./schema.ts";

/** A machine that validate() found no problem in. */
export type Definition = v.InferOutput<typeof machine>;

/** A line of states: the machine itself, a branch of a Parallel, the processor of a Map. */
export interface Branch {
  StartAt: string;
  States: Record<string, State>;
}

export type State = v.InferOutput<typeof anyState>;
export type StateType = State["Type"];
export type StateOf<Type extends StateType> = Extract<State, { Type: Type }>;
export type Task = StateOf<"Task">;
/** The states that can fail, and be retried and caught. */
export type Fallible = StateOf<"Task" | "Parallel" | "Map">;

export type Retrier = v.InferOutput<typeof retrier>;
/** Where a state goes when a condition or an error says so, with its own Assign and Output. */
export interface Exit {
  Next?: string | undefined;
  Assign?: Record<string, Json>;
  Output?: Json;
}

/** Any JSON value. Strings that are exactly `{% … %}` are expressions. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The state of that name. Names are unique in the whole machine, inner scopes included, so a name is enough. */
export function stateOf(definition: Definition, name: string): State {
  let states = indexes.get(definition);
  if (!states) {
    states = new Map(lines(definition).flatMap((line) => Object.entries(line.States)));
    indexes.set(definition, states);
  }
  const state = states.get(name);
  if (!state) throw new Error(`The machine has no state '${name}'; validate() tells before it starts.`);
  return state;
}

/** The line itself and every line inside of it. */
export function lines(line: Branch): Branch[] {
  return [line, ...Object.values(line.States).flatMap((state) => linesOf(state).flatMap(lines))];
}

/** The lines that a Parallel or a Map runs. */
export function linesOf(state: State): Branch[] {
  if (state.Type === "Parallel") return state.Branches;
  return state.Type === "Map" ? [state.ItemProcessor] : [];
}

const indexes = new WeakMap<Definition, Map<string, State>>();
