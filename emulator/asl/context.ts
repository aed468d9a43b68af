import type { Scope } from "./execution.ts";
import { outwards, presentState, type Turn } from "./turn.ts";

/** What `$states` shows beside the state's input. `result` and `errorOutput` are JSON texts. */
export interface StateValues {
  result?: string;
  errorOutput?: string;
  token?: string;
  /** Of the iteration that is about to start; JSON text. */
  item?: { index: number; text: string };
}

/** `$states`, as the scope's present state sees it: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export const statesVariable = (turn: Turn, scope: Scope, values: StateValues): unknown => ({
  input: JSON.parse(scope.input),
  context: contextObject(turn, scope, values),
  ...(values.result !== undefined && { result: JSON.parse(values.result) }),
  ...(values.errorOutput !== undefined && { errorOutput: JSON.parse(values.errorOutput) }),
});

/** JSON text of the innermost variable of that name, if it is assigned. */
export const variableOf = (turn: Turn, scope: Scope, name: string): string | undefined =>
  outwards(turn, scope).find(({ variables }) => Object.hasOwn(variables, name))?.variables[name];

/**
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html. RedriveCount 0 is there from the
 * first run on, and RetryCount only in states that can retry: recorded on AWS.
 */
function contextObject(turn: Turn, scope: Scope, { token, item }: StateValues): unknown {
  const { identity, input, startedAt } = turn.execution;
  const around = outwards(turn, scope).find((one) => one.item !== undefined);
  const iteration = item ?? (around && { index: around.index, text: around.item ?? "" });
  const canRetry = ["Task", "Parallel", "Map"].includes(presentState(turn, scope).Type);
  return {
    Execution: {
      Id: identity.executionArn,
      Input: JSON.parse(input),
      StartTime: new Date(startedAt).toISOString(),
      Name: identity.name,
      RoleArn: identity.roleArn,
      RedriveCount: 0,
    },
    StateMachine: { Id: identity.stateMachineArn, Name: identity.stateMachineName },
    State: {
      Name: scope.state,
      EnteredTime: new Date(scope.entered.at).toISOString(),
      ...(canRetry && { RetryCount: scope.retries.reduce((sum, count) => sum + count, 0) }),
    },
    ...(iteration && { Map: { Item: { Index: iteration.index, Value: JSON.parse(iteration.text) } } }),
    ...(token !== undefined && { Task: { Token: token } }),
  };
}
