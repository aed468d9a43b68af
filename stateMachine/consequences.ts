import { jsonata } from "./asl.ts";
import { me, now } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { updateItem } from "./tasks.ts";

/** Keep `$digest` out while the environment's settings stay what they are. */
export const quarantine = ({ ledger, template }: MachineSettings) =>
  updateItem(ledger, jsonata("'quarantine#' & $digest"), {
    expression: "SET #template = :red",
    names: { "#template": template },
    values: { ":red": { M: { reason: { S: "{% $why %}" }, execution: { S: me }, at: { S: now } } } },
  });

/** Nothing but an emergency or a rollback may change the environment until something is green again. */
export const freeze = ({ ledger }: MachineSettings) =>
  updateItem(ledger, "environment", {
    expression: "SET frozen = :frozen",
    condition: "holder = :me",
    values: { ":me": { S: me }, ":frozen": { M: { reason: { S: "{% $why %}" }, since: { S: now } } } },
  });
