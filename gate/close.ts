import { digestOf } from "../contract/candidate.ts";
import { nameOf, releaseOf } from "../contract/execution.ts";
import type { CloseAnswer, CloseCall } from "../contract/gateCalls.ts";
import { readInput } from "../contract/input.ts";
import { type EnvironmentItem, type ReleaseRecord, releaseRecord, releaseRecordId } from "../contract/ledger.ts";
import { cut, lineOf } from "../contract/text.ts";
import { findApproval, findBuild } from "./approval.ts";
import { closeRollback, targetOf } from "./closeRollback.ts";
import type { Caller, GateContext } from "./context.ts";
import { freeze } from "./freeze.ts";
import { noticeOf } from "./notice.ts";
import { outcomeOf } from "./outcome.ts";
import { keepOut } from "./quarantine.ts";

/**
 * The end of every execution: what is to be kept out or frozen, the record, the lock, the offer to the next environment, and last the
 * news. Called again after a lost answer it does what is left to do; the record is written once and says how it ended.
 */
export async function closeExecution(context: GateContext, call: CloseCall): Promise<CloseAnswer> {
  const { settings, ledger } = context;
  const environment = await ledger.environment(settings.ledger);
  const record = (await findRecord(context, call)) ?? (await settle(context, call, environment));
  await freeLock(context, call);
  const offer = await offerOnwards(context, call, record);
  const news = offer ? { ...record, why: `${record.why}; ${offer}` } : record;
  if (!record.told && (await context.tell(noticeOf(settings, call, news))))
    await ledger.update(settings.ledger, record.id, {
      set: { told: true },
      condition: "#startedAt = :startedAt",
      values: { ":startedAt": call.startedAt },
    });
  return answerOf(call, news, environment);
}

/** The record of this very execution, where it has ended already. */
async function findRecord({ settings, ledger }: GateContext, call: Caller): Promise<ReleaseRecord | undefined> {
  const record = await ledger.read(settings.ledger, releaseRecordId(call.execution), releaseRecord);
  return record?.startedAt === call.startedAt ? record : undefined;
}

/** Decides the end, does what belongs to it while the lock is still held, and records it. */
async function settle(context: GateContext, call: CloseCall, environment: EnvironmentItem): Promise<ReleaseRecord> {
  const { settings, ledger } = context;
  const outcome =
    call.lane === "rollback" ? await closeRollback(context, call, environment) : outcomeOf(call, environment);
  const build = await findBuild(context, call);
  if (outcome.quarantine && build)
    await keepOut(context, call, { digest: digestOf(build.image), by: "smoke", reason: outcome.why });
  const why = outcome.freeze ? await freeze(context, call, outcome.why) : outcome.why;
  const approval = settings.gate && (await findApproval(context, call));
  const { good, previous } = environment;
  const before = good?.execution === call.execution ? previous : good;
  const { contains, requestedBy } = Object(call.input);
  const record: ReleaseRecord = {
    id: releaseRecordId(call.execution),
    ended: outcome.ended,
    why: cut(why, 4000),
    ...(build ? { build } : {}),
    requestedBy: typeof requestedBy === "string" ? lineOf(requestedBy, 256) : "",
    startedAt: call.startedAt,
    endedAt: new Date(call.now).toISOString(),
    ...(before ? { before: before.commit } : {}),
    ...(approval?.decision ? { decision: approval.decision } : {}),
    // Where the input can't be read, nor can this.
    ...(build && contains !== undefined ? { contains } : {}),
  };
  // Two calls at once: the record that was written says how it ended.
  return (await ledger.put(settings.ledger, record)) ? record : ((await findRecord(context, call)) ?? record);
}

/** The lock is free where this execution still holds it. */
const freeLock = ({ settings, ledger }: GateContext, { execution }: CloseCall): Promise<boolean> =>
  ledger.update(settings.ledger, "environment", {
    remove: ["holder", "heldSince", "deploying"],
    condition: "#holder = :me",
    values: { ":me": execution },
  });

/** A failing offer leaves this environment released, and says so. */
async function offerOnwards(
  { settings, executions }: GateContext,
  call: CloseCall,
  { ended }: ReleaseRecord,
): Promise<string | undefined> {
  const { offersTo } = settings;
  if (!offersTo || ended !== "Released" || call.lane !== "release") return undefined;
  const read = readInput("release", settings.gate !== undefined, call.input);
  if ("problems" in read) return `not offered onwards: ${read.problems}`;
  const { candidate, requestedBy } = read.input;
  try {
    const evidence = { executionArn: call.execution };
    await executions.start(offersTo, nameOf(call.execution), { candidate, requestedBy, evidence });
    return "offered onwards";
  } catch (error) {
    const name = error instanceof Error ? error.name : "error";
    return `NOT offered onwards (${name}): start ${nameOf(offersTo)} with this candidate and ${call.execution} as evidence`;
  }
}

/** Of a rollback: where it went. */
function answerOf(call: CloseCall, record: ReleaseRecord, environment: EnvironmentItem): CloseAnswer {
  const { ended, why, build } = record;
  const { good, previous, unproven } = environment;
  const own = [good, previous, unproven].find((one) => one?.execution === call.execution);
  const release = ended === "Restored" ? targetOf(call) : own;
  return {
    ended,
    why,
    commit: release?.commit ?? build?.commit ?? "",
    digest: release?.digest ?? (build ? digestOf(build.image) : ""),
    release: release?.release ?? releaseOf(call.execution),
    taskDefinition: release?.taskDefinition ?? "",
  };
}
