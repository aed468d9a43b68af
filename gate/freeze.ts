import { laneOf } from "../contract/execution.ts";
import type { EnvironmentItem } from "../contract/ledger.ts";
import { cut, lineOf } from "../contract/text.ts";
import type { Caller, GateContext } from "./context.ts";
import type { Update } from "./ledger.ts";

/** A text that a freeze holds: one that was set by hand may hold anything, and is one all the same. */
const fieldOf = (frozen: unknown, name: "reason" | "since" | "by"): string | undefined => {
  const value: unknown = Object(frozen)[name];
  return typeof value === "string" && value !== "" ? value : undefined;
};

export const reasonOf = (frozen: unknown): string => lineOf(fieldOf(frozen, "reason") ?? "no reason is recorded");

/** What tells one freeze from another: when it began, else all that it holds. Null where nothing is frozen. */
export const frozenSinceOf = ({ frozen }: EnvironmentItem): string | null =>
  frozen === undefined ? null : (fieldOf(frozen, "since") ?? JSON.stringify(frozen));

/** Whether a rollback that failed has frozen the environment. */
export const isFrozenByRollback = ({ frozen }: EnvironmentItem): boolean =>
  laneOf(fieldOf(frozen, "by") ?? "") === "rollback";

/**
 * Lets nothing but an emergency or a rollback change the environment until one of them is green. Answers `why`, and says so where the
 * freeze can't be written.
 */
export async function freeze(
  { settings, ledger }: Pick<GateContext, "settings" | "ledger">,
  { execution, now }: Caller,
  why: string,
): Promise<string> {
  const frozen = { reason: cut(why, 1000), since: new Date(now).toISOString(), by: execution };
  try {
    // A freeze that stands already stays as it is.
    await ledger.update(settings.ledger, "environment", {
      set: { frozen },
      condition: "attribute_exists(id) AND attribute_not_exists(#frozen)",
    });
    return why;
  } catch (error) {
    const name = error instanceof Error ? error.name : "error";
    return `${why}; and the environment could NOT be frozen (${name}): start no release here`;
  }
}

/** Adds to a write of the lock's holder that it ends the freeze which stood when the lock was taken, and no other. */
export function thaw(write: Update, environment: EnvironmentItem, frozenSince: string | null): Update {
  const { frozen } = environment;
  if (frozen === undefined || frozenSince !== frozenSinceOf(environment)) return write;
  const since = fieldOf(frozen, "since");
  return {
    ...write,
    remove: [...(write.remove ?? []), "frozen"],
    condition: `${write.condition} AND ${since === undefined ? "attribute_not_exists(#frozen.since)" : "#frozen.since = :since"}`,
    values: { ...write.values, ...(since === undefined ? {} : { ":since": since }) },
  };
}
