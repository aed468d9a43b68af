import type { Scope } from "../execution.ts";
import { leave } from "../leave.ts";
import type { Turn } from "../turn.ts";

/** Pass and Succeed do nothing but leave. A Succeed within a Parallel or a Map ends only its own line. */
export const pass = (turn: Turn, scope: Scope): Promise<void> => leave(turn, scope);
