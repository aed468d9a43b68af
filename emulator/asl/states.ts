import { runMap, runParallel } from "./branches.ts";
import { type State, type StateOf, type StateType, timestampIn } from "./definition.ts";
import { evaluateAs, evaluateSeconds } from "./evaluate.ts";
import type { Scope } from "./execution.ts";
import { Failure, inState } from "./failure.ts";
import { leave } from "./outcome.ts";
import { runTask } from "./task.ts";
import { presentState, setTimer, type Turn } from "./turn.ts";

type Runner<Type extends StateType> = (turn: Turn, scope: Scope, state: StateOf<Type>) => Promise<void>;

/** Runs the scope's present state, up to where it is left or waits. Throws its failure. */
export function runState(turn: Turn, scope: Scope): Promise<void> {
  const state = presentState(turn, scope);
  const runner = runners[state.Type] as (turn: Turn, scope: Scope, state: State) => Promise<void>;
  return runner(turn, scope, state);
}

/** Fails with the error and the cause that its fields give; both may be absent. */
const runFail: Runner<"Fail"> = async (turn, scope, state) => {
  const error = await evaluateAs({ turn, scope }, "Error", state.Error, "string");
  throw new Failure({ error, cause: await evaluateAs({ turn, scope }, "Cause", state.Cause, "string") });
};

/** Takes the first rule whose condition holds, else the default. */
const runChoice: Runner<"Choice"> = async (turn, scope, state) => {
  for (const [position, exit] of state.Choices.entries()) {
    const location = `Choices[${position}]`;
    if (await evaluateAs({ turn, scope }, `${location}/Condition`, exit.Condition, "boolean"))
      return leave(turn, scope, {}, { exit, location });
  }
  if (state.Default !== undefined) return leave(turn, scope);
  // [unverified]: the error is documented, its cause in JSONata mode isn't.
  const problem = "Failed to transition out of the state. The state does not point to a next state.";
  throw new Failure({ error: "States.NoChoiceMatched", cause: inState(scope, problem) });
};

/** Waits for seconds, or until a time; one that has passed is now. */
const runWait: Runner<"Wait"> = async (turn, scope, state) => {
  const after = await evaluateSeconds({ turn, scope }, "Seconds", state.Seconds, 0);
  const until = await evaluateAs({ turn, scope }, "Timestamp", state.Timestamp, "string", (text) =>
    timestampIn(text) === undefined
      ? `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`
      : undefined,
  );
  const at = until === undefined ? turn.at + 1000 * (after ?? 0) : (timestampIn(until) ?? 0);
  setTimer(turn, scope, "wait", Math.max(at, turn.at));
};

const runners: { [Type in StateType]: Runner<Type> } = {
  Pass: (turn, scope) => leave(turn, scope),
  // Within a Parallel or a Map it ends only its own line.
  Succeed: (turn, scope) => leave(turn, scope),
  Fail: runFail,
  Choice: runChoice,
  Wait: runWait,
  Task: runTask,
  Parallel: runParallel,
  Map: runMap,
};
