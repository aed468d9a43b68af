import { startChildren } from "../children.ts";
import type { Parallel } from "../definition.ts";
import type { Scope } from "../execution.ts";
import { evaluate } from "../expressions.ts";
import { moment } from "../moment.ts";
import { recordOn, type Turn } from "../turn.ts";

/** Starts all branches with the same input. One that fails fails the state; otherwise its result is the array of their outputs. */
export async function parallel(turn: Turn, scope: Scope, state: Parallel): Promise<void> {
  const input =
    state.Arguments === undefined ? scope.input : await evaluate(moment(turn, scope), "Arguments", state.Arguments);
  recordOn(turn, scope, "ParallelStateStarted");
  startChildren(
    turn,
    scope,
    state.Branches.map(() => ({ input })),
    state.Branches.length,
  );
}
