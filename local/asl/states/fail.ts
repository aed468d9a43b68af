import type { Fail } from "../definition.ts";
import type { Scope } from "../execution.ts";
import { evaluateAs } from "../expressions.ts";
import { Failure } from "../failure.ts";
import { moment } from "../moment.ts";
import type { Turn } from "../turn.ts";

/** Fails with the error and the cause that its fields give; both may be absent. */
export async function failState(turn: Turn, scope: Scope, state: Fail): Promise<void> {
  const field = async (name: "Error" | "Cause") => {
    const text = state[name];
    return text === undefined ? undefined : String(await evaluateAs(moment(turn, scope), name, text, "string"));
  };
  throw new Failure(await field("Error"), await field("Cause"));
}
