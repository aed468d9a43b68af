import * as v from "valibot";
import type { CloseCall } from "../contract/gateCalls.ts";
import { readInput } from "../contract/input.ts";
import { type EnvironmentItem, type Good, good } from "../contract/ledger.ts";
import type { GateContext } from "./context.ts";
import { thaw } from "./freeze.ts";
import { ledgerChanged } from "./ledger.ts";
import { isBack, type Outcome, rollbackOutcome } from "./outcome.ts";
import { keepOut } from "./quarantine.ts";

const lockAnswer = v.looseObject({ target: good, fence: v.number(), frozenSince: v.nullable(v.string()) });

/** Where a rollback went, by the answer with which it took the lock. */
export function targetOf({ answer }: CloseCall): Good | undefined {
  const read = v.safeParse(lockAnswer, answer);
  return read.success ? read.output.target : undefined;
}

/**
 * Records what a rollback came to: its target is last-known-good, what was left is no place to go back to and is kept out, as left
 * by an operator. That is no verdict: it revokes no evidence.
 */
export async function closeRollback(
  { settings, ledger }: GateContext,
  call: CloseCall,
  environment: EnvironmentItem,
): Promise<Outcome> {
  const answer = v.safeParse(lockAnswer, call.answer);
  const outcome = rollbackOutcome(call, environment, targetOf(call));
  if (!answer.success || !isBack(call, environment)) return outcome;
  const { target, fence, frozenSince } = answer.output;
  const { leaving, previous } = environment;
  const staysGood = environment.good?.taskDefinition === target.taskDefinition;
  const write = {
    set: {
      good: target,
      previous: staysGood ? (previous ?? null) : null,
      ...(settings.gate && target.hotfix ? { mustContain: target.commit } : {}),
    },
    remove: [
      "unproven",
      ...(settings.gate && !target.hotfix ? ["mustContain"] : []),
      ...(leaving?.execution === call.execution ? ["leaving"] : []),
    ],
    condition: "#holder = :me AND #fence = :fence",
    values: { ":me": call.execution, ":fence": fence },
  };
  const isWritten = await ledger.update(
    settings.ledger,
    "environment",
    outcome.ended === "Restored" ? thaw(write, environment, frozenSince) : write,
  );
  if (!isWritten) throw ledgerChanged("the environment's item changed");

  const digest = call.left?.digest;
  const read = readInput("rollback", false, call.input);
  if (digest && digest !== target.digest && outcome.ended === "Restored" && "input" in read)
    await keepOut({ settings, ledger }, call, { digest, by: "operator", reason: read.input.rollback.reason });
  return outcome;
}
