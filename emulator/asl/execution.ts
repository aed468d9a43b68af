import type { Definition } from "./definition.ts";
import type { HistoryEvent } from "./history.ts";

/**
 * A running or closed execution: plain JSON, small whatever its history. Data is kept as JSON text, as AWS does: texts are
 * immutable, so copies share them, and each expression parses its own copy.
 */
export interface Execution {
  definition: Definition;
  identity: Identity;
  /** JSON text. */
  input: string;
  status: Status;
  /** Cloud ms. */
  startedAt: number;
  stoppedAt?: number;
  /** JSON text; only when SUCCEEDED. */
  output?: string;
  error?: string;
  cause?: string;
  /** How many history events it has; the events themselves are handed to the caller as they happen. */
  events: number;
  /** Live lines of states by id: 1 is the machine's own, the others run branches and iterations. */
  scopes: Record<string, Scope>;
  lastScope: number;
  /** Tokens, $uuid, $random, $shuffle and jitter are drawn from this, so that a run repeats. */
  seed: string;
  drawn: number;
}

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** Who the execution is, for its context object and its history. */
export interface Identity {
  executionArn: string;
  name: string;
  stateMachineArn: string;
  stateMachineName: string;
  roleArn: string;
}

/** One line of states on its way, in its present state. Its fields are replaced, never changed in place. */
export interface Scope {
  id: number;
  /** The scope that runs the Parallel or the Map, and which branch or iteration this is. */
  parent?: number;
  index?: number;
  /** The Map's item, JSON text. */
  item?: string;
  state: string;
  /** JSON text. */
  input: string;
  /** Own variables, JSON texts. Outer ones are read through `parent`. */
  variables: Record<string, string>;
  /** The event that this line's next one follows. */
  previous: number;
  entered: { event: number; previous: number; at: number };
  /** Retries so far, per retrier. */
  retries: number[];
  /** Ids of the task and the timers that it waits for. */
  waits: string[];
  /** Seconds; of a task that must send heartbeats. */
  heartbeat?: number;
  /** Its branches or iterations: outputs of those that are done, JSON texts, and those that are still to start. */
  children?: { results: string[]; waiting: Child[] };
}

/** What a branch or an iteration starts with; JSON texts. Only iterations have an item. */
export interface Child {
  input: string;
  item?: string;
}

/** What happened outside. `at` is cloud ms. `output` is JSON text. What no longer matters (a late answer) changes nothing. */
export type Event =
  | { kind: "taskSubmitted"; at: number; task: string; output: string }
  | { kind: "taskSucceeded"; at: number; task: string; output: string }
  | { kind: "taskFailed"; at: number; task: string; error?: string | undefined; cause?: string | undefined }
  | { kind: "taskHeartbeat"; at: number; task: string }
  | { kind: "timer"; at: number; id: string }
  | { kind: "aborted"; at: number; error?: string; cause?: string };

/** What the shell is to do. */
export type Effect =
  | TaskEffect
  /** Send a `timer` event at cloud time `at`. */
  | { kind: "timer"; id: string; at: number }
  /** The timer or task of this id no longer matters. */
  | { kind: "cancel"; id: string }
  | { kind: "ended"; status: Exclude<Status, "RUNNING"> };

/** Call the resource. `arguments` is JSON text; with a `token`, send `taskSubmitted` when the call returns and wait for the token. */
export interface TaskEffect {
  kind: "task";
  task: string;
  state: string;
  resource: string;
  arguments: string;
  token?: string;
  /** ARN of the role to take on for the call, instead of the machine's. */
  credentials?: string;
}

/** What a step gives: the execution as it is now, its new history events, and what to do. */
export interface Step {
  execution: Execution;
  events: HistoryEvent[];
  effects: Effect[];
  /** The interpreter's own fault, which has ended the execution. */
  fault?: unknown;
}

/** What an id stands for: a task, or a timer that ends a wait, a retry's delay or a task. Ids are `<scope>.<this>.<…>`. */
export type Awaited = "task" | "wait" | "retry" | "timeout" | "heartbeat";

/** Whether the execution still waits for this task or timer. */
export const waitsFor = (execution: Execution, id: string): boolean => scopeOf(execution, id) !== undefined;

/** The scope that waits for it. */
export const scopeOf = ({ scopes }: Execution, id: string): Scope | undefined =>
  Object.values(scopes).find(({ waits }) => waits.includes(id));
