import type { GateCall } from "../contract/calls.ts";
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
