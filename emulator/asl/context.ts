import type { Scope } from "./execution.ts";
import { presentState, type Turn } from "./turn.ts";

/** What happened in the state, for `$states`. `result` and `errorOutput` are JSON texts. */
export interface Seen {
  result?: string;
  errorOutput?: string;
  token?: string;
  /** Of the iteration that is about to start; JSON text. */
  item?: { index: number; text: string };
}

/** `$states`, as the scope's present state sees it: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html */
export const statesOf = (turn: Turn, scope: Scope, seen: Seen = {}): unknown => ({
  input: JSON.parse(scope.input),
  context: context(turn, scope, seen),
  ...(seen.result !== undefined && { result: JSON.parse(seen.result) }),
  ...(seen.errorOutput !== undefined && { errorOutput: JSON.parse(seen.errorOutput) }),
});

/** JSON text of the innermost variable of that name, if it is assigned. */
export const variableOf = (turn: Turn, scope: Scope, name: string): string | undefined =>
  outwards(turn, scope).find(({ variables }) => Object.hasOwn(variables, name))?.variables[name];

/**
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html. RedriveCount 0 is there from the
 * first run on, and RetryCount only in states that can retry: recorded on AWS.
 */
function context(turn: Turn, scope: Scope, { token, item }: Seen): unknown {
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

/** The scope and those around it, innermost first. */
function outwards(turn: Turn, scope: Scope): Scope[] {
  const outer = turn.execution.scopes[scope.parent ?? 0];
  return outer ? [scope, ...outwards(turn, outer)] : [scope];
}
