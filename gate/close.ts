import type { CloseAnswer, CloseCall } from "../contract/calls.ts";
import { type Build, buildOf, digestOf } from "../contract/candidate.ts";
import { nameOf, releaseOf } from "../contract/execution.ts";
import { readInput } from "../contract/input.ts";
import {
  type EnvironmentItem,
  type Good,
  type ReleaseRecord,
  releaseRecord,
  releaseRecordId,
} from "../contract/ledger.ts";
import { compareLink, consoleLink } from "../contract/links.ts";
import { approvalId, approvalItem } from "../contract/question.ts";
import { cut, lineOf, short } from "../contract/text.ts";
import { closeRollback } from "./closeRollback.ts";
import type { GateContext } from "./context.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { keepOut } from "./quarantine.ts";

/**
 * The end of every execution: what is to be kept out or frozen, the record, the lock, the offer to the next environment, and last the
 * news. Called again after a lost answer it does what is left to do; the record is written once and says how it ended.
 */
export async function closeExecution(context: GateContext, call: CloseCall): Promise<CloseAnswer> {
  const { settings, ledger } = context;
  const environment = await ledger.environment(settings.ledger);
  const id = releaseRecordId(call.execution);
  const before = await ledger.read(settings.ledger, id, releaseRecord);
  const repeated = before?.startedAt === call.startedAt ? before : undefined;
  const record = repeated ?? (await settle(context, call, environment));
  if (!repeated && !before) await ledger.put(settings.ledger, record);
  await release(context, call);
  const offer = await offerOnwards(context, call, record);
  const why = offer ? `${record.why}; ${offer}` : record.why;
  if (!record.told && (await context.tell(notice(context, call, { ...record, why }, environment.good))))
    await ledger.update(settings.ledger, id, { set: { told: true }, condition: "attribute_exists(id)" });
  return answerOf(call, { ...record, why }, environment);
}

/** Decides the end and does what belongs to it while the lock is still held. */
async function settle(context: GateContext, call: CloseCall, environment: EnvironmentItem): Promise<ReleaseRecord> {
  const { settings, ledger } = context;
  const outcome =
    call.lane === "rollback" ? await closeRollback(context, call, environment) : outcomeOf(call, environment);
  const build = await buildIn(context, call);
  const execution = call.execution;
  const at = new Date(call.now).toISOString();
  let { why } = outcome;
  if (outcome.quarantine && build)
    await keepOut(context, call, { digest: digestOf(build.image), by: "smoke", reason: why });
  if (outcome.freeze) why = await freeze(context, call, { ...outcome, why });
  const approval = settings.gate && (await ledger.read(settings.ledger, approvalId(nameOf(execution)), approvalItem));
  const { contains, requestedBy = "" } = Object(call.input) as { contains?: unknown; requestedBy?: unknown };
  return {
    id: releaseRecordId(execution),
    ended: outcome.ended,
    why: cut(why, 4000),
    ...(build ? { build } : {}),
    requestedBy: lineOf(String(requestedBy), 256),
    startedAt: call.startedAt,
    endedAt: at,
    ...(environment.good && environment.good.execution !== execution ? { before: environment.good.commit } : {}),
    ...(approval?.question.execution === execution && approval.decision ? { decision: approval.decision } : {}),
    ...(contains === undefined ? {} : { contains }),
  };
}

/** Nothing but an emergency or a rollback may change the environment until something is green. Says so where it can't be written. */
async function freeze({ settings, ledger }: GateContext, call: CloseCall, { why }: Outcome): Promise<string> {
  const frozen = { reason: cut(why, 1000), since: new Date(call.now).toISOString(), by: call.execution };
  try {
    await ledger.update(settings.ledger, "environment", {
      set: { frozen },
      condition: "attribute_exists(id) AND attribute_not_exists(#frozen)",
    });
    return why;
  } catch (error) {
    return `${why}; and the environment could NOT be frozen (${error instanceof Error ? error.name : "error"}): start no release here`;
  }
}

/** The lock is free where this execution still holds it. */
const release = ({ settings, ledger }: GateContext, { execution }: CloseCall): Promise<boolean> =>
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

/** Every notice says what happened, where to look, what changed and how to take it back. */
function notice({ settings }: GateContext, call: CloseCall, record: ReleaseRecord, good: Good | undefined) {
  const { build, ended, why, requestedBy } = record;
  const commit = build?.commit ?? call.left?.commit;
  const changed = commit && good && good.commit !== commit;
  const undone = ["RolledBack", "Refused", "Restored"].includes(ended) && commit;
  return {
    subject: `${ended} ${commit ? short(commit) : nameOf(call.execution)}`,
    lines: [
      `${settings.project} ${settings.environment}: ${ended}`,
      why,
      ...(build ? [`Commit: ${build.commit}`, `Image: ${build.image}`] : []),
      `Asked for by: ${requestedBy}`,
      ...(changed ? [`Changes: ${compareLink(settings.repository, good.commit, commit)}`] : []),
      ...(undone ? [`Take it back: git revert ${commit}`] : []),
      `Execution: ${consoleLink(call.execution)}`,
    ],
  };
}

/** What the execution was about, as far as its input can be read. */
async function buildIn({ settings, ledger }: GateContext, call: CloseCall): Promise<Build | undefined> {
  if (call.lane === "rollback") return undefined;
  const read = readInput(call.lane, settings.gate !== undefined, call.input);
  if ("problems" in read) return undefined;
  if (!settings.gate || call.lane !== "release") return buildOf(read.input.candidate);
  const item = await ledger.read(settings.ledger, approvalId(nameOf(call.execution)), approvalItem);
  return item?.question.execution === call.execution ? item.question.build : buildOf(read.input.candidate);
}

function answerOf(
  call: CloseCall,
  { ended, why, build }: ReleaseRecord,
  { good, unproven }: EnvironmentItem,
): CloseAnswer {
  const release = [good, unproven].find((one) => one?.execution === call.execution);
  return {
    ended,
    why,
    commit: release?.commit ?? build?.commit ?? "",
    digest: release?.digest ?? (build ? digestOf(build.image) : ""),
    release: release?.release ?? releaseOf(call.execution),
    taskDefinition: release?.taskDefinition ?? "",
  };
}
