import * as v from "valibot";
import type { CloseCall } from "../contract/calls.ts";
import { readInput } from "../contract/input.ts";
import { type EnvironmentItem, good } from "../contract/ledger.ts";
import type { GateContext } from "./context.ts";
import { isBack, type Outcome, rollbackOutcome } from "./outcome.ts";
import { keepOut } from "./quarantine.ts";
import { frozenSinceOf } from "./rules.ts";

/**
 * Records what a rollback came to: its target is last-known-good, what was left is no place to go back to and is kept out, as left
 * by an operator. That is no verdict: it revokes no evidence.
 */
export async function closeRollback(
  { settings, ledger }: Pick<GateContext, "settings" | "ledger">,
  call: CloseCall,
  environment: EnvironmentItem,
): Promise<Outcome> {
  const answer = v.safeParse(
    v.looseObject({ target: good, fence: v.number(), frozenSince: v.nullable(v.string()) }),
    call.answer,
  );
  const outcome = rollbackOutcome(call, answer.success ? answer.output.target : undefined);
  if (!answer.success || !isBack(call)) return outcome;
  const { target, fence, frozenSince } = answer.output;
  const { leaving, previous } = environment;
  const thaws = outcome.ended === "Restored" && frozenSince !== null && frozenSince === frozenSinceOf(environment);
  const staysGood = environment.good?.taskDefinition === target.taskDefinition;
  const written = await ledger.update(settings.ledger, "environment", {
    set: {
      good: target,
      previous: staysGood ? (previous ?? null) : null,
      ...(settings.gate && target.hotfix ? { mustContain: target.commit } : {}),
    },
    remove: [
      "unproven",
      ...(settings.gate && !target.hotfix ? ["mustContain"] : []),
      ...(thaws ? ["frozen"] : []),
      ...(leaving?.execution === call.execution ? ["leaving"] : []),
    ],
    condition: "#holder = :me AND #fence = :fence",
    values: { ":me": call.execution, ":fence": fence },
  });
  if (!written) return { ended: "Displaced", why: "another execution took the lock over" };

  const digest = call.left?.digest;
  const read = readInput("rollback", false, call.input);
  if (digest && digest !== target.digest && outcome.ended === "Restored" && "input" in read)
    await keepOut({ settings, ledger }, call, { digest, by: "operator", reason: read.input.rollback.reason });
  return outcome;
}
