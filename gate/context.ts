import type { NotReleased } from "../contract/ends.ts";
import type { GateCall } from "../contract/gateCalls.ts";
import { lineOf } from "../contract/text.ts";
import type { Executions } from "./executions.ts";
import type { Ledger } from "./ledger.ts";
import type { GateSettings } from "./settings.ts";

/** What the gate's actions work with. */
export interface GateContext {
  settings: GateSettings;
  ledger: Ledger;
  executions: Executions;
  /** Tells everybody; bounded in time, and never throws: whether it could be told. */
  tell(notice: Notice): Promise<boolean>;
}

export interface Notice {
  subject: string;
  lines: string[];
}

/** What every call says of its execution. */
export type Caller = Pick<GateCall, "lane" | "execution" | "startedAt" | "redrives" | "input" | "now">;

/** An answer that ends the execution: why it can't go ahead. */
export interface Refusal {
  next: "close";
  ended: NotReleased;
  why: string;
}

/** `why` may quote strangers: it becomes one line of at most 4,000 characters. */
export const refuse = (ended: NotReleased, why: string): Refusal => ({ next: "close", ended, why: lineOf(why, 4000) });

export const isRefusal = (answer: object): answer is Refusal => "next" in answer && answer.next === "close";
