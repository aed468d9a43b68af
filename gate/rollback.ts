import type { SurveyAnswer } from "../contract/deploymentCalls.ts";
import { laneOf } from "../contract/execution.ts";
import type { AdmitAnswer, AdmitCall, LockCall } from "../contract/gateCalls.ts";
import { type RollbackInput, readInput } from "../contract/input.ts";
import type { EnvironmentItem, Good, LeftRelease } from "../contract/ledger.ts";
import { short } from "../contract/text.ts";
import { checkStart } from "./assess.ts";
import { type Caller, type GateContext, isRefusal, type Refusal, refuse } from "./context.ts";
import { isFrozenByRollback } from "./freeze.ts";
import { ledgerChanged } from "./ledger.ts";
import { isHeld } from "./waiting.ts";

/**
 * An operator's rollback is decided when it is asked for, from what is to be left: two operators, a second click, one while Greengate
 * is going back already, all end on the same release.
 */
export async function admitRollback(context: GateContext, call: AdmitCall): Promise<AdmitAnswer> {
  const input = await readRollback(context, call);
  if (isRefusal(input)) return input;
  const { settings, ledger } = context;
  const environment = await ledger.environment(settings.ledger);
  const left = await findLeft(context, call, environment);
  const target = choose(environment, left, call, input);
  if (isRefusal(target)) return target;
  const { leaving } = environment;
  const isMarked = await ledger.update(settings.ledger, "environment", {
    set: { leaving: { execution: call.execution, left } },
    condition: leaving ? "#leaving.execution = :before" : "attribute_exists(id) AND attribute_not_exists(#leaving)",
    values: leaving ? { ":before": leaving.execution } : {},
  });
  if (!isMarked) throw ledgerChanged("another rollback was asked for");
  return { next: "lock", why: "an operator asked for it", left };
}

/** Where a rollback goes, under the lock: last-known-good, unless that is what is to be left. */
export async function chooseTarget(
  context: GateContext,
  call: LockCall,
): Promise<{ target: Good; environment: EnvironmentItem } | Refusal> {
  const input = await readRollback(context, call);
  if (isRefusal(input)) return input;
  const environment = await context.ledger.environment(context.settings.ledger);
  const target = choose(environment, call.left ?? unknown, call, input);
  return isRefusal(target) ? target : { target, environment };
}

async function readRollback(context: GateContext, call: Caller): Promise<RollbackInput | Refusal> {
  const unfit = await checkStart(context, call);
  if (unfit) return unfit;
  const read = readInput("rollback", false, call.input);
  return "problems" in read ? refuse("InvalidInput", read.problems) : read.input;
}

/** A release that isn't known by its task definition yet. */
const unknown: LeftRelease = { taskDefinition: null, digest: null, commit: null };

/** What is to be left: the release that another rollback leaves, that somebody announced, that is under way, or that serves. */
async function findLeft(context: GateContext, call: AdmitCall, environment: EnvironmentItem): Promise<LeftRelease> {
  const { leaving, deploying, good, previous, unproven } = environment;
  if (leaving && (await isStillLeaving(context, call, environment))) return leaving.left;
  // What a rollback announces is where it goes.
  if (deploying && deploying.taskDefinition !== good?.taskDefinition && laneOf(deploying.execution) !== "rollback")
    return { taskDefinition: deploying.taskDefinition, digest: deploying.digest, commit: deploying.commit };
  // It has announced nothing yet, or is going back already: whatever it brought, it isn't last-known-good.
  if (await isChanging(context, call, environment)) return unknown;
  const taskDefinition = findServing(call.service, good) ?? good?.taskDefinition ?? null;
  const release = [good, previous, unproven].find((one) => one?.taskDefinition === taskDefinition);
  // What nobody recorded as good, ECS's task definition tells.
  const build = release ?? call.service?.builds?.[taskDefinition ?? ""];
  return { taskDefinition, digest: build?.digest ?? null, commit: build?.commit ?? null };
}

/**
 * Whether the last rollback that was asked for is still to leave what it was to leave: it was this one, it runs, or one before it that
 * leaves the same has the lock, or failed.
 */
async function isStillLeaving({ executions }: GateContext, call: AdmitCall, environment: EnvironmentItem) {
  const { leaving, holder = "" } = environment;
  if (!leaving) return false;
  if (leaving.execution === call.execution || laneOf(holder) === "rollback" || isFrozenByRollback(environment))
    return true;
  return executions.isRunning(leaving.execution);
}

/** Whether a release or an emergency is under way that isn't recorded as good. */
async function isChanging({ executions }: GateContext, { now }: AdmitCall, environment: EnvironmentItem) {
  const { holder = "", good } = environment;
  if (laneOf(holder) === "rollback" || holder === good?.execution) return false;
  return isHeld(executions, environment, now);
}

/** An open deployment is what an operator means, unless it brings the good release; else what users are served by. */
function findServing(service: SurveyAnswer | null | undefined, good: Good | undefined): string | null | undefined {
  const isWayBack = service?.open != null && service.open === good?.taskDefinition;
  return isWayBack ? service.serves : (service?.open ?? service?.serves);
}

/**
 * Last-known-good, else the good one before: whichever is not to be left. A release that became good after the rollback was asked for
 * is what the operator meant to leave. A commit that is asked for may be of two releases: the one that is not to be left is meant.
 */
function choose(
  { good, previous }: EnvironmentItem,
  left: LeftRelease,
  { startedAt }: Caller,
  { rollback: { to } }: RollbackInput,
): Good | Refusal {
  const releases = [good, previous].filter((one) => one != null);
  const others = releases.filter(
    ({ taskDefinition, since }) =>
      taskDefinition !== left.taskDefinition && !(Date.parse(since) > Date.parse(startedAt)),
  );
  const [target] = to === undefined ? others : [...others, ...releases].filter(({ commit }) => commit.startsWith(to));
  if (target) return target;
  const names = others.map(({ commit, release }) => `${short(commit)} (${release})`).join(", ");
  if (names === "") return refuse("InvalidInput", "no other release was good here: there is nothing to roll back to");
  return refuse("InvalidInput", `rollback.to must be one of ${names}, not ${to}`);
}
