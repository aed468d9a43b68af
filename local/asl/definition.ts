/** The Amazon States Language, as far as this project uses it: JSONata mode, inline Maps. https://states-language.net/ */
export interface Definition extends Branch {
  QueryLanguage?: QueryLanguage;
  Comment?: string;
  Version?: string;
  /** Seconds that the whole execution may take. */
  TimeoutSeconds?: number;
}

/** A line of states: the machine itself, a branch of a Parallel, the processor of a Map. */
export interface Branch {
  StartAt: string;
  States: Record<string, State>;
}

export type QueryLanguage = "JSONata" | "JSONPath";
export type State = Pass | Choice | Wait | Succeed | Fail | Task | Parallel | MapState;
export type StateType = State["Type"];

/** Any JSON value. Strings that are exactly `{% … %}` are expressions. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

interface Common {
  Comment?: string;
  QueryLanguage?: QueryLanguage;
}
interface Leaving extends Common {
  Next?: string;
  End?: boolean;
  Assign?: Record<string, Json>;
  Output?: Json;
}

export interface Pass extends Leaving {
  Type: "Pass";
}
export interface Succeed extends Common {
  Type: "Succeed";
  Output?: Json;
}
export interface Fail extends Common {
  Type: "Fail";
  Error?: string;
  Cause?: string;
}
export interface Wait extends Leaving {
  Type: "Wait";
  Seconds?: number | string;
  Timestamp?: string;
}
export interface Choice extends Common {
  Type: "Choice";
  Choices: Rule[];
  Default?: string;
  Assign?: Record<string, Json>;
  Output?: Json;
}
/** Where a state goes when a condition or an error says so, with its own Assign and Output. */
export interface Exit {
  Next?: string;
  Assign?: Record<string, Json>;
  Output?: Json;
  Comment?: string;
}
export interface Rule extends Exit {
  Condition: boolean | string;
}
export interface Catcher extends Exit {
  ErrorEquals: string[];
}
/** Retry's numbers take no expressions. */
export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
  Comment?: string;
}
/** The states that can fail and be retried. */
export interface Fallible extends Leaving {
  Retry?: Retrier[];
  Catch?: Catcher[];
}
export interface Task extends Fallible {
  Type: "Task";
  Resource: string;
  Arguments?: Json;
  Credentials?: { RoleArn: string };
  TimeoutSeconds?: number | string;
  HeartbeatSeconds?: number | string;
}
export interface Parallel extends Fallible {
  Type: "Parallel";
  Branches: Branch[];
  Arguments?: Json;
}
export interface MapState extends Fallible {
  Type: "Map";
  ItemProcessor: Branch & { ProcessorConfig?: { Mode?: "INLINE" } };
  Items?: Json;
  ItemSelector?: Json;
  MaxConcurrency?: number | string;
  ToleratedFailureCount?: number | string;
  ToleratedFailurePercentage?: number | string;
}

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
