import * as v from "valibot";
import { type Quarantine, quarantine, quarantineId } from "../contract/ledger.ts";
import { cut } from "../contract/text.ts";
import type { Caller, GateContext } from "./context.ts";

const item = v.objectWithRest({ id: v.string() }, quarantine);

/** An image's quarantines by template, from an environment's ledger. */
export async function readQuarantines(
  { ledger }: Pick<GateContext, "ledger">,
  table: string,
  digest: string,
): Promise<Record<string, Quarantine>> {
  const { id: _, ...byTemplate } = (await ledger.read(table, quarantineId(digest), item)) ?? {};
  return byTemplate as Record<string, Quarantine>;
}

/** Keeps an image out under the present template. What a smoke found is not overwritten by what an operator left. */
export async function keepOut(
  { settings, ledger }: Pick<GateContext, "settings" | "ledger">,
  { execution, now }: Caller,
  { digest, by, reason }: Pick<Quarantine, "by" | "reason"> & { digest: string },
): Promise<void> {
  const before = await readQuarantines({ ledger }, settings.ledger, digest);
  if (by === "operator" && before[settings.template]?.by === "smoke") return;
  const entry: Quarantine = { by, reason: cut(reason, 1000), execution, at: new Date(now).toISOString() };
  await ledger.update(settings.ledger, quarantineId(digest), { set: { [settings.template]: entry } });
}
