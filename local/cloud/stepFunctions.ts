import type { Definition } from "../asl/definition.ts";
import { type Effect, type Event, type Execution, type TaskEffect, waitsFor } from "../asl/execution.ts";
import { maximumBytes } from "../asl/failure.ts";
import type { HistoryEvent } from "../asl/history.ts";
import { advance, type StartArgs, start } from "../asl/run.ts";
import { AwsError } from "../awsError.ts";
import type { Clock } from "../clock.ts";
import { uuidOf } from "../uuid.ts";

export interface StateMachine {
  arn: string;
  name: string;
  roleArn: string;
  definition: Definition;
}

/** A task's failure, by the error name that Retry and Catch match. */
export class TaskFailure extends Error {
  readonly error: string;

  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

export interface StepFunctionsArgs {
  clock: Clock;
  machines: readonly StateMachine[];
  /** Calls a task's resource with the machine's role, or the task's own; the answer is JSON text. Throws a {@link TaskFailure}. */
  perform(task: TaskEffect, roleArn: string): Promise<string>;
  /** Tokens and `$random` are drawn from it and the execution's name. */
  seed: string;
  /** Hears every history event as it happens. */
  onEvent(executionArn: string, event: HistoryEvent): void;
}

/** An execution with its history, as the console shows it. */
export interface Run {
  machine: StateMachine;
  execution: Execution;
  history: HistoryEvent[];
  /** Resolves when the execution has closed. */
  closed: Promise<void>;
}

export interface StepFunctions {
  runs: ReadonlyMap<string, Run>;
  /** Without a name it gets a UUID, drawn from the seed. */
  startExecution(input: { stateMachineArn: string; name?: string | undefined; input: string }): Promise<Run>;
  stopExecution(executionArn: string, error?: string, cause?: string): Promise<Run>;
  /** An answer with a task token. Throws InvalidToken, InvalidOutput, TaskDoesNotExist or TaskTimedOut. */
  answerToken(token: string, answer: TokenAnswer): Promise<void>;
  /** Executions stand still from now on; what their tasks still answer is not heard. */
  close(): void;
}

export type TokenAnswer =
  | { kind: "taskSucceeded"; output: string }
  | { kind: "taskFailed"; error?: string; cause?: string }
  | { kind: "taskHeartbeat" };

interface LiveRun extends Run {
  timers: Map<string, () => void>;
  /** Events are taken one after the other. */
  turn: Promise<void>;
  close(): void;
}

/** The thin shell around the interpreter: performs its effects and feeds back what happens. */
export function createStepFunctions({ clock, machines, perform, seed, onEvent }: StepFunctionsArgs): StepFunctions {
  const runs = new Map<string, LiveRun>();
  const tokens = new Map<string, { run: LiveRun; task: string }>();
  let closed = false;

  const take = (run: LiveRun, step: { execution: Execution; events: HistoryEvent[]; effects: Effect[] }) => {
    if (closed) return;
    run.execution = step.execution;
    for (const event of step.events) {
      run.history.push(event);
      onEvent(run.execution.identity.executionArn, event);
    }
    for (const effect of step.effects) act(run, effect);
  };

  const send = (run: LiveRun, happened: WithoutTime) => {
    run.turn = run.turn.then(() =>
      clock.during(async () => take(run, await advance(run.execution, { ...happened, at: clock.now() }))),
    );
    return run.turn;
  };

  const act = (run: LiveRun, effect: Effect): void => {
    switch (effect.kind) {
      case "task":
        if (effect.token !== undefined) tokens.set(effect.token, { run, task: effect.task });
        void answerOf(effect, run.machine.roleArn).then((answer) => send(run, answer));
        return;
      case "timer":
        // Waits and bounds on real work run on one clock, which doesn't hurry while work is under way.
        run.timers.set(
          effect.id,
          clock.at(effect.at, () => void send(run, { kind: "timer", id: effect.id })),
        );
        return;
      case "cancel":
        run.timers.get(effect.id)?.();
        run.timers.delete(effect.id);
        return;
      case "ended":
        for (const cancel of run.timers.values()) cancel();
        run.timers.clear();
        run.close();
    }
  };

  const answerOf = async (effect: TaskEffect, roleArn: string): Promise<WithoutTime> => {
    const { task } = effect;
    try {
      const output = await perform(effect, effect.credentials ?? roleArn);
      return { kind: effect.token === undefined ? "taskSucceeded" : "taskSubmitted", task, output };
    } catch (error) {
      if (closed) return { kind: "taskFailed", task };
      if (!(error instanceof TaskFailure)) throw error;
      return { kind: "taskFailed", task, error: error.error, cause: error.message };
    }
  };

  return {
    runs,

    async startExecution({ stateMachineArn, name = uuidOf(`${seed}/execution/${runs.size}`), input }) {
      const machine = machines.find(({ arn }) => arn === stateMachineArn);
      if (!machine)
        throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
      checkName(name);
      checkJson(input, "InvalidExecutionInput", "Invalid State Machine Execution Input");
      const executionArn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${name}`;
      const before = runs.get(executionArn);
      if (before) {
        // StartExecution is idempotent on name and input while the first is running.
        if (before.execution.status === "RUNNING" && before.execution.input === input) return before;
        throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
      }
      const identity = {
        executionArn,
        name,
        stateMachineArn: machine.arn,
        stateMachineName: machine.name,
        roleArn: machine.roleArn,
      };
      const args: StartArgs = { ...identity, input, at: clock.now(), seed: `${seed}/${executionArn}` };
      return clock.during(async () => {
        const step = await start(machine.definition, args);
        const { promise: closed, resolve: close } = Promise.withResolvers<void>();
        const run: LiveRun = {
          machine,
          execution: step.execution,
          history: [],
          timers: new Map(),
          turn: Promise.resolve(),
          closed,
          close,
        };
        runs.set(executionArn, run);
        take(run, step);
        return run;
      });
    },

    async stopExecution(executionArn, error, cause) {
      const run = runs.get(executionArn);
      if (!run) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
      await send(run, {
        kind: "aborted",
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      });
      return run;
    },

    async answerToken(token, answer) {
      const known = tokens.get(token);
      if (!known) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
      const { run, task } = known;
      if (run.execution.status !== "RUNNING")
        throw new AwsError("TaskDoesNotExist", "Task does not exist: the execution is closed");
      if (!waitsFor(run.execution, task))
        throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
      if (answer.kind === "taskSucceeded") checkJson(answer.output, "InvalidOutput", "Invalid Output");
      await send(run, { ...answer, task });
    },

    close() {
      closed = true;
    },
  };
}

type WithoutTime = Event extends infer One ? (One extends Event ? Omit<One, "at"> : never) : never;

function checkName(name: string): void {
  if (!/^[0-9A-Za-z_-]{1,80}$/.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
}

function checkJson(text: string, code: string, rule: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError(code, `${rule}: 'not JSON'`);
  }
  // [unverified]: which error it is. The quota: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
  if (Buffer.byteLength(text) > maximumBytes) throw new AwsError(code, `${rule}: 'longer than ${maximumBytes} bytes'`);
}
