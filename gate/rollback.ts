import type { AdmitAnswer, AdmitCall, LockCall, SurveyAnswer } from "../contract/calls.ts";
import { laneOf } from "../contract/execution.ts";
import { type RollbackInput, readInput } from "../contract/input.ts";
import type { EnvironmentItem, Good, LeftRelease } from "../contract/ledger.ts";
import { checkName, redriven, stillRuns } from "./assess.ts";
import type { Caller, GateContext } from "./context.ts";
import { close, type Refusal } from "./refusal.ts";

/**
 * An operator's rollback is decided when it is asked for, from what is to be left: two operators, a second click, one while Greengate
 * is going back already, all end on the same release.
 */
export async function admitRollback(context: GateContext, call: AdmitCall): Promise<AdmitAnswer> {
  const input = await readRollback(context, call);
  if ("ended" in input) return input;
  const { settings, ledger } = context;
  const environment = await ledger.environment(settings.ledger);
  const left = await leftBy(context, call, environment);
  const target = choose(environment, left, input.rollback.to);
  if ("ended" in target) return target;
  const { leaving } = environment;
  const marked = await ledger.update(settings.ledger, "environment", {
    set: { leaving: { execution: call.execution, left } },
    condition: leaving ? "#leaving.execution = :before" : "attribute_exists(id) AND attribute_not_exists(#leaving)",
    values: leaving ? { ":before": leaving.execution } : {},
  });
  // Somebody else asked in the same moment: what they leave is to be read first.
  if (!marked) throw Object.assign(new Error("gate: another rollback was asked for at once"), { name: "AskedAtOnce" });
  return { next: "lock", why: "an operator asked for it", left };
}

/** Where a rollback goes, under the lock: last-known-good, unless that is what is to be left. */
export async function targetOf(
  context: GateContext,
  call: LockCall,
): Promise<{ kind: "rollback"; target: Good; environment: EnvironmentItem } | Refusal> {
  const input = await readRollback(context, call);
  if ("ended" in input) return input;
  const environment = await context.ledger.environment(context.settings.ledger);
  const target = choose(environment, call.left ?? unannounced, input.rollback.to);
  return "ended" in target ? target : { kind: "rollback", target, environment };
}

async function readRollback(context: GateContext, call: Caller): Promise<RollbackInput | Refusal> {
  if (call.redrives > 0) return redriven;
  const read = readInput("rollback", false, call.input);
  if ("problems" in read) return close("InvalidInput", read.problems);
  return (await checkName(context, call)) ?? read.input;
}

/** What is to be left: the release that another rollback leaves, that is under way, that somebody announced or that serves. */
async function leftBy(context: GateContext, call: AdmitCall, environment: EnvironmentItem): Promise<LeftRelease> {
  const { leaving, holder, deploying, good, previous } = environment;
  if (leaving && leaving.execution !== call.execution && (await stillRuns(context, leaving.execution)))
    return leaving.left;
  const announced =
    deploying && deploying.taskDefinition !== good?.taskDefinition
      ? { taskDefinition: deploying.taskDefinition, digest: deploying.digest, commit: deploying.commit }
      : undefined;
  const changing = holder !== undefined && laneOf(holder) !== "rollback" && (await stillRuns(context, holder));
  // It has announced nothing yet, or is going back already: whatever it brought, it isn't last-known-good.
  if (changing) return announced ?? unannounced;
  if (announced) return announced;
  const served = servedBy(call.service);
  const releases = [good, previous, environment.unproven];
  const taskDefinition = served ?? good?.taskDefinition ?? null;
  const release = releases.find((one) => one?.taskDefinition === taskDefinition);
  return { taskDefinition, digest: release?.digest ?? null, commit: release?.commit ?? null };
}

const unannounced: LeftRelease = { taskDefinition: null, digest: null, commit: null };

/** An open deployment is what an operator means; else what users are served by. */
const servedBy = (service: SurveyAnswer | null | undefined): string | undefined =>
  service?.open ?? service?.serves ?? undefined;

/** A commit that is asked for may be of two releases: the one that is not to be left is meant. */
function choose({ good, previous }: EnvironmentItem, left: LeftRelease, to: string | undefined): Good | Refusal {
  const releases = [good, previous].filter((one) => one != null);
  const others = releases.filter((one) => one.taskDefinition !== left.taskDefinition);
  const [target] = to === undefined ? others : [...others, ...releases].filter(({ commit }) => commit.startsWith(to));
  if (target) return target;
  const names = others.map(({ commit, release }) => `${commit.slice(0, 7)} (${release})`).join(", ");
  if (names === "") return close("InvalidInput", "no other release was good here: there is nothing to roll back to");
  return close("InvalidInput", `rollback.to must be one of ${names}, not ${to}`);
}
