import { type ChoiceRule, type Expression, jsonata, quoted } from "./asl.ts";
import { goodOf } from "./expressions.ts";
import type { MachineSettings } from "./settings.ts";
import { batchGetItem } from "./tasks.ts";

/** What the ledgers say against or for a candidate: asked at the gate, and again under the lock. `more`: further variables. */
export const readLedger = (
  { ledger, template, gate }: MachineSettings,
  more: { [variable: string]: Expression } = {},
) => {
  const environment = `$lookup($states.result.Responses, ${quoted(ledger)})[id.S = 'environment'][0]`;
  const quarantine = (table: string) =>
    `$lookup($states.result.Responses, ${quoted(table)})[id.S = 'quarantine#' & $digest][0]`;
  const quarantineId = jsonata("'quarantine#' & $digest");
  return {
    ...batchGetItem({ [ledger]: ["environment", quarantineId], ...(gate ? { [gate.ledger]: [quarantineId] } : {}) }),
    Assign: {
      read: jsonata("$states.result.UnprocessedKeys = {}"),
      good: goodOf(`${environment}.good.M`),
      frozen: jsonata(`$exists(${environment}.frozen) ? ${environment}.frozen.M.reason.S : ''`),
      mustContain: jsonata(`$exists(${environment}.mustContain.S) ? ${environment}.mustContain.S : ''`),
      quarantined: jsonata(`$exists($lookup(${quarantine(ledger)}, ${quoted(template)}))`),
      revoked: gate ? jsonata(`$count($keys(${quarantine(gate.ledger)})[$not($ = 'id')]) > 0`) : false,
      ...more,
    },
    Catch: [
      {
        ErrorEquals: ["States.ALL"],
        Assign: { ended: "Held", why: jsonata("'the ledger could not be read: ' & $states.errorOutput.Cause") },
        Next: "Record" as const,
      },
    ],
  };
};

/** Good here already: a redeploy with changed configuration, which needs no evidence. */
export const isOwnGood =
  "($good.image = $candidate.image and $good.commit = $candidate.commit and $good.sequence = $candidate.sequence)";

const notOlder = "($good = null ? true : $candidate.sequence >= $good.sequence)";
const contains = "($mustContain = '' or $mustContain = $candidate.commit or $mustContain in $candidate.history)";

/** JSONata that is true where none of the refusals holds and everything was read. */
export const mayGoAhead = `$read = true and $frozen = '' and ${notOlder} and $quarantined = false and ($revoked = false or ${isOwnGood}) and ${contains}`;

/** Why not, in the order in which an operator would want to hear it. */
export const refusals: ChoiceRule<"Record">[] = [
  {
    Condition: jsonata("$type($frozen) = 'string' and $length($frozen) > 0"),
    Assign: { ended: "Frozen", why: jsonata("'the environment is frozen: ' & $frozen") },
    Next: "Record",
  },
  {
    Condition: jsonata("$good = null ? false : $candidate.sequence < $good.sequence"),
    Assign: {
      ended: "Superseded",
      why: jsonata("'older than ' & $substring($good.commit, 0, 7) & ', which is good here'"),
    },
    Next: "Record",
  },
  {
    Condition: jsonata("$quarantined = true"),
    Assign: { ended: "Quarantined", why: "this digest was red here under the same settings" },
    Next: "Record",
  },
  {
    Condition: jsonata(`$revoked = true and $not(${isOwnGood})`),
    Assign: { ended: "NoGreenEvidence", why: "a later red smoke revoked the evidence" },
    Next: "Record",
  },
  {
    Condition: jsonata(`$read = true and $not(${contains})`),
    Assign: { ended: "WouldUndoHotfix", why: jsonata("'candidate.history must contain the hotfix ' & $mustContain") },
    Next: "Record",
  },
];

/** The default after them: what could not be read is not known to be allowed. */
export const unreadable = { Assign: { ended: "Held", why: "the ledger could not be read whole" } };
