import type { Definition } from "../asl/definition.ts";
import { type Effect, type Event, type Execution, type Step, type TaskEffect, waitsFor } from "../asl/execution.ts";
import { Failure } from "../asl/failure.ts";
import type { HistoryEvent } from "../asl/history.ts";
import { isTooDeep, maximumBytes, tooDeep } from "../asl/limits.ts";
import { advance, start } from "../asl/run.ts";
import { AwsError } from "../awsError.ts";
import type { Clock } from "../clock.ts";
import { uuidOf } from "../uuid.ts";

export interface StateMachine {
  arn: string;
  name: string;
  roleArn: string;
  definition: Definition;
}

export interface StepFunctionsArgs {
  clock: Clock;
  machines: readonly StateMachine[];
  /** Calls a task's resource with the machine's role, or the task's own; the answer is JSON text. Throws a {@link Failure}. */
  perform(task: TaskEffect, roleArn: string): Promise<string>;
  /** All chance is drawn from it and the execution's name. */
  seed: string;
  /** Hears every history event as it happens. */
  onEvent(executionArn: string, event: HistoryEvent): void;
  /** Executions that are over, from a state that was kept. */
  closed?: readonly ClosedRun[] | undefined;
}

/** An execution that is over, as plain JSON. */
export interface ClosedRun {
  machineArn: string;
  execution: Execution;
  history: HistoryEvent[];
}

/** An execution with its history, as the console shows it. */
export interface Run {
  machine: StateMachine;
  execution: Execution;
  history: HistoryEvent[];
  /** Resolves when the execution has closed; rejects then if it met a fault of the embedded cloud's own. */
  closed: Promise<void>;
}

export type StepFunctions = ReturnType<typeof createStepFunctions>;

type Without<One, Names extends string> = One extends unknown ? Omit<One, Names> : never;
type EventOfNow = Without<Event, "at">;
/** What is said with a task token. */
export type TokenAnswer = Without<Exclude<Extract<Event, { task: string }>, { kind: "taskSubmitted" }>, "at" | "task">;

interface LiveRun extends Run {
  timers: Map<string, () => void>;
  /** Events are taken one after the other. */
  turn: Promise<void>;
  keepFault(fault: unknown): void;
  close(): void;
}

/** The thin shell around the interpreter: performs its effects and feeds back what happens. */
export function createStepFunctions({ clock, machines, perform, seed, onEvent, closed: old = [] }: StepFunctionsArgs) {
  const runs = new Map<string, LiveRun>();
  const starting = new Map<string, Promise<LiveRun>>();
  const tokens = new Map<string, { run: LiveRun; task: string }>();
  let closed = false;
  for (const { machineArn, execution, history } of old) {
    const machine = machines.find(({ arn }) => arn === machineArn);
    if (!machine) throw new Error(`There is no machine ${machineArn}.`);
    const run = liveRun(machine, execution, [...history]);
    run.close();
    runs.set(execution.identity.executionArn, run);
    starting.set(execution.identity.executionArn, Promise.resolve(run));
  }

  const take = (run: LiveRun, step: Step) => {
    if (closed) return;
    run.execution = step.execution;
    if (step.fault !== undefined) run.keepFault(step.fault);
    for (const event of step.events) {
      run.history.push(event);
      try {
        onEvent(run.execution.identity.executionArn, event);
      } catch (fault) {
        // The execution goes on without its listener.
        run.keepFault(fault);
      }
    }
    for (const effect of step.effects) act(run, effect);
  };

  /** `check` is called when the event's turn has come; what it throws is the caller's, and the event doesn't happen. */
  const send = (run: LiveRun, event: EventOfNow, check = () => {}): Promise<void> => {
    const taken = run.turn.then(() =>
      clock.during(async () => {
        check();
        take(run, await advance(run.execution, { ...event, at: clock.now() }));
      }),
    );
    run.turn = taken.catch(() => {});
    return taken;
  };

  const act = (run: LiveRun, effect: Effect): void => {
    switch (effect.kind) {
      case "task":
        if (effect.token !== undefined) tokens.set(effect.token, { run, task: effect.task });
        void call(run, effect).then((event) => send(run, event));
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

  const call = async (run: LiveRun, effect: TaskEffect): Promise<EventOfNow> => {
    const { task } = effect;
    try {
      const output = await perform(effect, effect.credentials ?? run.machine.roleArn);
      return { kind: effect.token === undefined ? "taskSucceeded" : "taskSubmitted", task, output };
    } catch (thrown) {
      if (thrown instanceof Failure) {
        const { error, cause } = thrown.problem;
        return { kind: "taskFailed", task, error, cause };
      }
      // Once the cloud is closed, calls break off.
      if (!closed) run.keepFault(thrown);
      return { kind: "taskFailed", task, error: "States.Runtime", cause: `A fault of the embedded cloud: ${thrown}` };
    }
  };

  const begin = async (machine: StateMachine, name: string, executionArn: string, input: string): Promise<LiveRun> => {
    const { arn: stateMachineArn, name: stateMachineName, roleArn, definition } = machine;
    const identity = { executionArn, name, stateMachineArn, stateMachineName, roleArn };
    const step = await start(definition, { ...identity, input, at: clock.now(), seed: `${seed}/${executionArn}` });
    const run = liveRun(machine, step.execution, []);
    runs.set(executionArn, run);
    take(run, step);
    return run;
  };

  return {
    runs: runs as ReadonlyMap<string, Run>,

    /** Without a name it gets a UUID, drawn from the seed. Throws AWS's errors. */
    async startExecution({ stateMachineArn, name, input }: StartExecutionInput): Promise<Run> {
      const machine = machines.find(({ arn }) => arn === stateMachineArn);
      if (!machine)
        throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
      const called = name ?? uuidOf(`${seed}/execution/${starting.size}`);
      if (!executionName.test(called)) throw new AwsError("InvalidName", `Invalid Name: '${called}'`);
      checkJson(input, "InvalidExecutionInput", "Invalid State Machine Execution Input");
      if (isTooDeep(input))
        throw new AwsError("InvalidExecutionInput", `Invalid State Machine Execution Input: '${tooDeep}'`);
      const executionArn = `${machine.arn.replace(":stateMachine:", ":execution:")}:${called}`;
      const first = starting.get(executionArn);
      if (first) {
        const before = await first;
        // StartExecution is idempotent on name and input while the first is running.
        if (before.execution.status === "RUNNING" && before.execution.input === input) return before;
        throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${executionArn}'`);
      }
      const begun = clock.during(() => begin(machine, called, executionArn, input));
      starting.set(executionArn, begun);
      return begun;
    },

    async stopExecution(executionArn: string, outcome: { error?: string; cause?: string } = {}): Promise<Run> {
      const run = runs.get(executionArn);
      if (!run) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
      await send(run, { kind: "aborted", ...outcome });
      return run;
    },

    /**
     * Throws InvalidToken, InvalidOutput, or TaskTimedOut once the task is over, however it came to its end:
     * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
     */
    async answerToken(token: string, answer: TokenAnswer): Promise<void> {
      const question = tokens.get(token);
      if (!question) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
      if (answer.kind === "taskSucceeded") checkJson(answer.output, "InvalidOutput", "Invalid Output");
      const { run, task } = question;
      // In its turn: of several answers at once the others find that the first has ended the task.
      await send(run, { ...answer, task }, () => {
        if (!waitsFor(run.execution, task))
          throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
      });
    },

    /** Executions stand still from now on; what their tasks still answer is not heard. */
    close(): void {
      closed = true;
    },
  };
}

function liveRun(machine: StateMachine, execution: Execution, history: HistoryEvent[]): LiveRun {
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  // Where nobody waits for the end, a fault must not end the process.
  closed.catch(() => {});
  const faults: unknown[] = [];
  return {
    machine,
    execution,
    history,
    timers: new Map(),
    turn: Promise.resolve(),
    closed,
    keepFault: (fault) => void faults.push(fault),
    close: () => (faults.length > 0 ? reject(faults[0]) : resolve()),
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html#StepFunctions-StartExecution-request-name */
const executionName = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

interface StartExecutionInput {
  stateMachineArn: string;
  name?: string | undefined;
  /** JSON text. */
  input: string;
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
