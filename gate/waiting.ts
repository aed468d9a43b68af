import type { Candidate } from "../contract/candidate.ts";
import { type Lane, laneOf, nameOf } from "../contract/execution.ts";
import type { LockAnswer, LockCall } from "../contract/gateCalls.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import { type GateContext, type Refusal, refuse } from "./context.ts";
import { type Executions, isOver } from "./executions.ts";

/** Lanes whose execution loses the lock to this one although it runs; the fence keeps it from changing anything more. */
const overtakes: Record<Lane, Lane[]> = { release: [], emergency: ["release"], rollback: ["release", "emergency"] };

/** DescribeExecution may not show an execution that has just begun; one whose history is gone holds nothing for long. Milliseconds. */
const patience = 5 * 60_000;

/** Whether the lock's holder may still be at work. `now`: milliseconds since 1970. */
export async function isHeld(
  executions: Executions,
  { holder, heldSince = "" }: EnvironmentItem,
  now: number,
): Promise<boolean> {
  if (holder === undefined) return false;
  const execution = await executions.describe(holder);
  return execution ? !isOver(execution) : now - Date.parse(heldSince) <= patience;
}

/** Why the lock can't be taken from whoever holds it: undefined where it is free, its holder is over, or this lane doesn't wait. */
export async function checkHolder(
  { settings, executions }: GateContext,
  { lane, since, now }: LockCall,
  environment: EnvironmentItem,
): Promise<LockAnswer | undefined> {
  const { holder } = environment;
  if (holder === undefined || overtakes[lane].some((each) => each === laneOf(holder))) return undefined;
  if (!(await isHeld(executions, environment, now))) return undefined;
  const waiting = now - since;
  const name = lineOf(nameOf(holder));
  if (waiting >= settings.lockWaitMinutes * 60_000)
    return refuse("Busy", `${name} holds the environment, and ${settings.lockWaitMinutes} minutes of waiting are over`);
  // More rarely the longer it takes: no wait that can be configured may fill an execution's history.
  const seconds = Math.min(300, Math.max(5, Math.round(waiting / 20_000)));
  return { next: "wait", after: "lock again", seconds, why: `${name} holds the environment` };
}

/**
 * Where every merge is released, the newest candidate that waits goes next and the older ones are refused. The environment's `next`
 * names it; one that waits no more supersedes nobody.
 */
export async function checkLine(
  { settings, ledger, executions }: GateContext,
  { lane, execution }: LockCall,
  { holder, next }: EnvironmentItem,
  { sequence }: Candidate,
): Promise<Refusal | undefined> {
  if (lane !== "release" || settings.gate || next?.execution === execution) return undefined;
  const first = next && (await executions.isRunning(next.execution)) ? next : undefined;
  if (first && sequence < first.sequence)
    return refuse("Superseded", `${nameOf(first.execution)}, a newer candidate, is waiting`);
  const isNewest = !first || sequence > first.sequence;
  // Where somebody else was faster, the next call reads who.
  if (holder !== undefined && isNewest)
    await ledger.update(settings.ledger, "environment", {
      set: { next: { execution, sequence } },
      condition: next ? "#next.execution = :next" : "attribute_not_exists(#next)",
      values: next ? { ":next": next.execution } : {},
    });
  return undefined;
}
