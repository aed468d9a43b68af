import type { Definition, Json } from "../../emulator/asl/definition.ts";
import type { Effect, Event, Execution, Step, TaskEffect } from "../../emulator/asl/execution.ts";
import type { HistoryEvent } from "../../emulator/asl/history.ts";
import { advance, start } from "../../emulator/asl/run.ts";

/** How the world answers a task attempt, `after` milliseconds (default 0). `silence`: not at all. */
export type Answer = (
  | { output: Json }
  | { error?: string; cause?: string }
  | { silence: true }
  /** The call returns `submitted` at once, the token is answered later, with heartbeats in between. */
  | { submitted: Json; heartbeats?: number[]; token: Answer }
) & { after?: number };

export interface Play {
  input?: Json;
  /** The n-th attempt of any task gets the n-th answer; further ones get silence. */
  answers?: Answer[];
  /** StopExecution after so many milliseconds. */
  abortAfter?: number;
}

export interface Played {
  execution: Execution;
  history: HistoryEvent[];
  /** Types of the events, for reading. */
  types: string[];
  tasks: TaskEffect[];
  timers: Extract<Effect, { kind: "timer" }>[];
  /** What would still have happened: empty if everything has been called off. */
  left: Event[];
  /** Milliseconds on the virtual clock. */
  took: number;
  output: Json | undefined;
}

/** A JSONata machine of these states. */
export const machine = (StartAt: string, States: Definition["States"]): Definition => ({
  QueryLanguage: "JSONata",
  StartAt,
  States,
});

export const noon = Date.parse("2026-11-23T12:00:00Z");

/** Plays an execution on a virtual clock until it has ended, or nothing more can happen. At every step it passes through JSON
 * and is frozen: whoever changed it in place would throw. */
export async function play(
  definition: Definition,
  { input = {}, answers = [], abortAfter }: Play = {},
): Promise<Played> {
  const identity = {
    executionArn: "arn:aws:states:eu-central-1:111111111111:execution:machine:run",
    name: "run",
    stateMachineArn: "arn:aws:states:eu-central-1:111111111111:stateMachine:machine",
    stateMachineName: "machine",
    roleArn: "snf_role_arn",
  };
  const history: HistoryEvent[] = [];
  const tasks: TaskEffect[] = [];
  const timers: Played["timers"] = [];
  let pending: Event[] = abortAfter === undefined ? [] : [{ kind: "aborted", at: noon + abortAfter }];
  let now = noon;

  const take = ({ execution, events, effects }: Step): Execution => {
    history.push(...events);
    for (const effect of effects) {
      if (effect.kind === "cancel") pending = pending.filter((event) => idOf(event) !== effect.id);
      if (effect.kind === "timer") {
        timers.push(effect);
        pending.push({ kind: "timer", at: effect.at, id: effect.id });
      }
      if (effect.kind === "task") {
        tasks.push(effect);
        pending.push(...answered(effect.task, now, answers[tasks.length - 1] ?? { silence: true }));
      }
    }
    return frozen(JSON.parse(JSON.stringify(execution)));
  };

  let execution = take(await start(definition, { ...identity, input: JSON.stringify(input), at: now, seed: "test" }));
  while (execution.status === "RUNNING" && pending.length > 0) {
    const next = pending.reduce((first, event) => (event.at < first.at ? event : first));
    pending = pending.filter((event) => event !== next);
    now = next.at;
    execution = take(await advance(execution, next));
  }
  const output = execution.output === undefined ? undefined : JSON.parse(execution.output);
  return {
    execution,
    history,
    types: history.map(({ type }) => type),
    tasks,
    timers,
    left: pending,
    took: now - noon,
    output,
  };
}

function answered(task: string, now: number, answer: Answer): Event[] {
  const at = now + (answer.after ?? 0);
  if ("silence" in answer) return [];
  if ("output" in answer) return [{ kind: "taskSucceeded", at, task, output: JSON.stringify(answer.output) }];
  if (!("submitted" in answer)) {
    const { error, cause } = answer;
    return [
      { kind: "taskFailed", at, task, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) },
    ];
  }
  const beats = (answer.heartbeats ?? []).map((after) => ({ kind: "taskHeartbeat" as const, at: now + after, task }));
  const submitted = { kind: "taskSubmitted" as const, at, task, output: JSON.stringify(answer.submitted) };
  return [submitted, ...beats, ...answered(task, now, answer.token)];
}

function frozen<Value>(value: Value): Value {
  if (value !== null && typeof value === "object") for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

function idOf(event: Event): string | undefined {
  if (event.kind === "aborted") return undefined;
  return event.kind === "timer" ? event.id : event.task;
}
