import { type Definition, flow } from "./asl.ts";
import { change } from "./change.ts";
import { checkInput } from "./checkInput.ts";
import { override } from "./emergency.ts";
import { end, offer, releaseEnds, rollbackEnds } from "./end.ts";
import { approvalGate, openGate } from "./gate.ts";
import { line, lock } from "./lock.ts";
import { recheck } from "./recheck.ts";
import { restore } from "./restore.ts";
import { rollback, stopFirst } from "./rollback.ts";
import type { Lane, MachineSettings } from "./settings.ts";

/**
 * One of an environment's machines, as JSON for `CreateStateMachine`. Pure: the same settings give the same definition.
 * @throws if a gate has no function that asks, or an environment has neither a gate nor another one to offer to.
 */
export function machine(lane: Lane, settings: MachineSettings): Definition {
  const definitions = { release: settings.gate ? gatedRelease : openRelease, emergency, rollback: rollbackMachine };
  return {
    Comment: `${settings.project} ${settings.environment} ${lane}`,
    QueryLanguage: "JSONata",
    // Longer than every wait together: a backstop, not a rule.
    TimeoutSeconds: 3600 * ((settings.gate?.expiresAfterHours ?? 0) + 24),
    ...definitions[lane](settings),
  };
}

const openRelease = (settings: MachineSettings) => {
  const { offersTo } = settings;
  if (!offersTo)
    throw new Error(`machine ${settings.project}-${settings.environment}-release: needs a gate, or offersTo`);
  return flow({
    StartAt: "Check input",
    States: {
      "Check input": checkInput("release", false, "Read ledger", "Record"),
      ...openGate(settings),
      ...lock(settings, { locked: "Read ledger again", busy: "Wait in line" }),
      ...line(settings),
      ...recheck(settings, "Change"),
      ...change(settings, false),
      ...restore(settings),
      ...end(settings, "Is it to be offered?"),
      ...offer(offersTo),
      ...releaseEnds,
    },
  });
};

const gatedRelease = (settings: MachineSettings) => {
  const { gate, functions } = settings;
  if (!gate || !functions.ask)
    throw new Error(`machine ${settings.project}-${settings.environment}-release: a gate needs functions.ask`);
  return flow({
    StartAt: "Check input",
    States: {
      "Check input": checkInput("release", true, "Read ledger", "Record"),
      ...approvalGate(settings, gate, functions.ask),
      ...lock(settings, { locked: "Read ledger again", busy: "Wait for lock" }),
      ...recheck(settings, "Change"),
      ...change(settings, false),
      ...restore(settings),
      ...end(settings, "Tell people"),
      ...releaseEnds,
    },
  });
};

const emergency = (settings: MachineSettings) =>
  flow({
    StartAt: "Check input",
    States: {
      "Check input": checkInput("emergency", false, "Record override", "Record"),
      ...override(settings),
      ...lock(settings, { locked: "Change", busy: "Wait for lock" }),
      ...change(settings, true),
      ...restore(settings),
      ...end(settings, "Tell people"),
      ...releaseEnds,
    },
  });

const rollbackMachine = (settings: MachineSettings) =>
  flow({
    StartAt: "Check input",
    States: {
      "Check input": checkInput("rollback", false, "Stop deployment", "Record"),
      ...stopFirst(settings),
      ...lock(settings, { locked: "Which release is the target?", busy: "Wait for lock" }),
      ...rollback(settings),
      ...end(settings, "Tell people"),
      ...rollbackEnds,
    },
  });
