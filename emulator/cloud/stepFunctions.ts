import type { Definition } from "../asl/definition.ts";
import { type Effect, type Event, type Execution, type Step, type TaskEffect, waitsFor } from "../asl/execution.ts";
import { Failure, isTooDeep, maximumBytes, tooDeep } from "../asl/failure.ts";
import type { HistoryEvent } from "../asl/history.ts";
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
  /** Tokens and `$random` are drawn from it and the execution's name. */
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
  /** Resolves when the execution has closed. */
  closed: Promise<void>;
}

export type StepFunctions = ReturnType<typeof createStepFunctions>;

type Without<One, Names extends string> = One extends unknown ? Omit<One, Names> : never;
type Happening = Without<Event, "at">;
/** What is said with a task token. */
export type TokenAnswer = Without<Exclude<Extract<Event, { task: string }>, { kind: "taskSubmitted" }>, "at" | "task">;

interface LiveRun extends Run {
  timers: Map<string, () => void>;
  /** Events are taken one after the other. */
  turn: Promise<void>;
  close(): void;
}

/** The thin shell around the interpreter: performs its effects and feeds back what happens. */
export function createStepFunctions({
  clock,
  machines,
  perform,
  seed,
  onEvent,
  closed: earlier = [],
}: StepFunctionsArgs) {
  const runs = new Map<string, LiveRun>();
  const starting = new Map<string, Promise<LiveRun>>();
  const tokens = new Map<string, { run: LiveRun; task: string; isAnswered?: true }>();
  let closed = false;
  for (const { machineArn, execution, history } of earlier) {
    const machine = machines.find(({ arn }) => arn === machineArn);
    if (!machine) throw new Error(`There is no machine ${machineArn}.`);
    const over = Promise.resolve();
    const run = { machine, execution, history: [...history], timers: new Map(), turn: over, closed: over, close() {} };
    runs.set(execution.identity.executionArn, run);
    starting.set(execution.identity.executionArn, Promise.resolve(run));
  }

  const take = (run: LiveRun, step: Step) => {
    if (closed) return;
    run.execution = step.execution;
    for (const event of step.events) {
      run.history.push(event);
      onEvent(run.execution.identity.executionArn, event);
    }
    for (const effect of step.effects) act(run, effect);
  };

  const send = (run: LiveRun, happened: Happening) => {
    run.turn = run.turn.then(() =>
      clock.during(async () => {
        try {
          take(run, await advance(run.execution, { ...happened, at: clock.now() }));
        } catch (fault) {
          breakOff(run, fault);
        }
      }),
    );
    return run.turn;
  };

  /** A fault of the interpreter ends this execution by name; the others go on. */
  const breakOff = (run: LiveRun, fault: unknown) => {
    const error = "States.Runtime";
    const cause = `A fault of the embedded cloud: ${fault}`;
    for (const cancel of run.timers.values()) cancel();
    run.timers.clear();
    const { executionArn } = run.execution.identity;
    const last = run.history.at(-1)?.id ?? 0;
    run.execution = { ...run.execution, status: "FAILED", error, cause, stoppedAt: clock.now(), scopes: {} };
    const event = {
      id: last + 1,
      previousEventId: last,
      timestamp: clock.now(),
      type: "ExecutionFailed",
      executionFailedEventDetails: { error, cause },
    };
    run.history.push(event);
    onEvent(executionArn, event);
    run.close();
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

  const answerOf = async (effect: TaskEffect, roleArn: string): Promise<Happening> => {
    const { task } = effect;
    try {
      const output = await perform(effect, effect.credentials ?? roleArn);
      if (isTooDeep(output)) return { kind: "taskFailed", task, ...tooDeep(effect.state) };
      return { kind: effect.token === undefined ? "taskSucceeded" : "taskSubmitted", task, output };
    } catch (thrown) {
      if (closed) return { kind: "taskFailed", task };
      const { error, cause } =
        thrown instanceof Failure
          ? thrown.problem
          : { error: "States.Runtime", cause: `A fault of the embedded cloud: ${thrown}` };
      return { kind: "taskFailed", task, error, cause };
    }
  };

  const begin = async (machine: StateMachine, name: string, executionArn: string, input: string): Promise<LiveRun> => {
    const { arn: stateMachineArn, name: stateMachineName, roleArn, definition } = machine;
    const identity = { executionArn, name, stateMachineArn, stateMachineName, roleArn };
    const step = await start(definition, { ...identity, input, at: clock.now(), seed: `${seed}/${executionArn}` });
    const { promise, resolve: close } = Promise.withResolvers<void>();
    const turn = Promise.resolve();
    const run = { machine, execution: step.execution, history: [], timers: new Map(), turn, closed: promise, close };
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

    /** Throws InvalidToken, InvalidOutput, TaskDoesNotExist or TaskTimedOut. */
    async answerToken(token: string, answer: TokenAnswer): Promise<void> {
      const known = tokens.get(token);
      if (!known) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
      const { run, task } = known;
      if (run.execution.status !== "RUNNING")
        throw new AwsError("TaskDoesNotExist", "Task does not exist: the execution is closed");
      if (known.isAnswered || !waitsFor(run.execution, task))
        throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
      if (answer.kind === "taskSucceeded") checkJson(answer.output, "InvalidOutput", "Invalid Output");
      // Good once: a second answer, in the same moment too, is too late.
      if (answer.kind !== "taskHeartbeat") known.isAnswered = true;
      const given =
        answer.kind === "taskSucceeded" && isTooDeep(answer.output)
          ? { kind: "taskFailed" as const, ...tooDeep(task) }
          : answer;
      await send(run, { ...given, task });
    },

    /** Executions stand still from now on; what their tasks still answer is not heard. */
    close(): void {
      closed = true;
    },
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
  if (rule.includes("Input") && isTooDeep(text)) throw new AwsError(code, `${rule}: 'nested too deep'`);
  // [unverified]: which error it is. The quota: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
  if (Buffer.byteLength(text) > maximumBytes) throw new AwsError(code, `${rule}: 'longer than ${maximumBytes} bytes'`);
}
