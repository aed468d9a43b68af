import type { RestoreAnswer, RestoreCall } from "../contract/deploymentCalls.ts";
import type { Announcement, EnvironmentItem, Good } from "../contract/ledger.ts";
import { beganBy, hasMoved, millisecondsOf } from "./deployments.ts";
import { DeploymentFailure } from "./failure.ts";
import { findHandChange } from "./handChanges.ts";
import { announce, holdsLock, readEnvironment } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { findOtherAnswer } from "./production.ts";
import { settle } from "./quiet.ts";
import { consistsOf, readService, type ServiceState, updateService } from "./service.ts";
import type { DeploymentSettings } from "./settings.ts";
import { readDefinition } from "./taskDefinition.ts";
import { minute } from "./time.ts";

/** How long it goes on, whatever fails on the way; milliseconds. */
const patience = 30 * minute;

/** One step: where it leads, and why. */
type Result = Pick<RestoreAnswer, "next" | "restored" | "why">;

/**
 * Takes the next step back to a good release, from what ECS says now and not from what was done before: stop what is open, wait for
 * what is under way, and only then deploy. Throws LockLost, AlreadyGood where the caller's own release is recorded (and it never heard
 * so), and, once nothing is open and there is no target, NothingToRestore.
 */
export function* restore(settings: DeploymentSettings, call: RestoreCall): Plan<RestoreAnswer> {
  const environment = yield* readEnvironment(settings.LEDGER);
  const { good, unproven } = environment;
  if (!holdsLock(environment, call)) throw lockLost(call);
  if ([good, unproven].some((each) => each?.execution === call.execution))
    throw new DeploymentFailure("AlreadyGood", `${call.execution} is recorded as good: there is nothing to take back`);

  const target = call.target ?? good;
  const state = yield* readService(settings);
  const { next, restored, why } = yield* takeStep(settings, call, environment, target, state);
  const change = findHandChange(settings, state.service);
  return {
    next,
    restored,
    seconds: next === "wait" ? (call.now - call.since < patience ? 5 : 15) : 0,
    why: change ? `${why}; ${change}` : why,
    release: target?.release ?? "",
    commit: target?.commit ?? "",
  };
}

const wait = (why: string): Result => ({ next: "wait", restored: false, why });
const succeed = (why: string): Result => ({ next: "smoke", restored: true, why });
const giveUp = (why: string): Result => ({ next: "smoke", restored: false, why });

function* takeStep(
  settings: DeploymentSettings,
  call: RestoreCall,
  { deploying }: EnvironmentItem,
  target: Good | undefined,
  state: ServiceState,
): Plan<Result> {
  const mine = target && isMine(deploying, call, target) ? deploying : undefined;
  const busy = yield* settle({
    state,
    // A release's call to ECS may still arrive. So may its own for the target, but only where repeating it would start another.
    announcement: mine && state.service.taskDefinition !== mine.taskDefinition ? undefined : deploying,
    now: call.now,
    isStray: ({ taskDefinition }) => taskDefinition !== target?.taskDefinition,
  });
  const isLate = call.now - call.since > patienceWith(settings, target, state);
  const waitFor = (why: string) => (isLate ? giveUp(`not back within 30 minutes: ${why}`) : wait(why));
  if (!target) {
    if (busy && !isLate) return wait(busy);
    throw nothingToRestore(busy);
  }
  if (busy) return waitFor(busy);
  const { taskDefinition, release } = target;
  const { revisions } = state;
  if (!consistsOf(revisions, taskDefinition)) {
    const serving = revisions.map((each) => each.taskDefinition ?? each.revision).join(" and ") || "no tasks";
    return isLate ? waitFor(`ECS runs ${serving}`) : yield* redeploy(settings, call, target, state);
  }
  if (revisions.every(({ runs }) => runs === 0)) return waitFor(`no task of ${taskDefinition} runs`);
  const otherAnswer = yield* findOtherAnswer(settings, [release]);
  if (otherAnswer === undefined) return succeed(`${taskDefinition} serves alone`);
  return isLate ? waitFor(otherAnswer) : yield* repair(settings, call, target, otherAnswer, state);
}

/** Users have the target while its own deployment bakes: that is no reason to give up. */
function patienceWith({ BAKE_MINUTES }: DeploymentSettings, target: Good | undefined, { deployments }: ServiceState) {
  const bakes = deployments.some((each) => hasMoved(each) && each.taskDefinition === target?.taskDefinition);
  return bakes ? patience + BAKE_MINUTES * minute : patience;
}

const isMine = (announcement: Announcement | undefined, { execution }: RestoreCall, target: Good): boolean =>
  announcement?.execution === execution && announcement.taskDefinition === target.taskDefinition;

/** An INACTIVE task definition can't be deployed; within a grace of minutes it still could, so ask rather than try. */
function* redeploy(
  settings: DeploymentSettings,
  call: RestoreCall,
  target: Good,
  { service }: ServiceState,
): Plan<Result> {
  const { taskDefinition, commit } = target;
  const { status = "unknown to ECS" } = (yield* readDefinition(taskDefinition)) ?? {};
  if (status !== "ACTIVE")
    return giveUp(`${taskDefinition} (${commit}) is ${status} and can't be deployed: roll back to another commit`);
  yield* announceTarget(settings, call, target);
  // ECS may have gone back from it without saying so in the service.
  const force = service.taskDefinition === taskDefinition && service.desiredCount !== 0;
  yield* updateService(settings, service, taskDefinition, { force });
  return wait(`asked ECS for ${taskDefinition}`);
}

/** New weights take a while to reach every part of a load balancer; milliseconds. */
const settling = 30_000;

/** Deployments that may be tried: one that ECS undoes sets nothing right. */
const mostRepairs = 3;

/**
 * ECS runs the target and users get something else: the listener's rules were changed. Another deployment of the same makes ECS set
 * them anew; where it did and users still get something else, there is no more to be done.
 */
function* repair(
  settings: DeploymentSettings,
  call: RestoreCall,
  target: Good,
  otherAnswer: string,
  { service, deployments }: ServiceState,
): Plan<Result> {
  const { taskDefinition } = target;
  const finishedAt = deployments[0]?.finishedAt ? millisecondsOf(deployments[0].finishedAt) : 0;
  if (call.now < Math.max(call.since, finishedAt) + settling) return wait(otherAnswer);
  const repairs = deployments.filter((each) => each.taskDefinition === taskDefinition && beganBy(each, call.since));
  if (repairs.some(({ status }) => status === "SUCCESSFUL"))
    return giveUp(
      `${otherAnswer}; a new deployment did not set the listener's rules right: put them back with pulumi up --refresh`,
    );
  if (repairs.length >= mostRepairs) return wait(`${otherAnswer}; ECS undid ${repairs.length} new deployments`);
  yield* announceTarget(settings, call, target);
  yield* updateService(settings, service, taskDefinition, { force: true });
  return wait(`${otherAnswer}; asked ECS for ${taskDefinition} anew, which sets the listener's rules`);
}

function* announceTarget({ LEDGER }: DeploymentSettings, call: RestoreCall, target: Good): Plan<void> {
  const { execution, fence, now } = call;
  const { taskDefinition, release, digest, commit } = target;
  const at = new Date(now).toISOString();
  const done = yield* announce(LEDGER, {
    execution,
    fence,
    taskDefinition,
    release,
    digest,
    commit,
    smoke: "enforce",
    at,
  });
  if (!done) throw lockLost(call);
}

const lockLost = ({ execution, fence }: RestoreCall): DeploymentFailure =>
  new DeploymentFailure(
    "LockLost",
    `the environment's lock is no longer held by ${execution} with fence ${fence}; nothing was changed`,
  );

const nothingToRestore = (busy: string | undefined): DeploymentFailure =>
  new DeploymentFailure(
    "NothingToRestore",
    `nothing has been good here yet: there is nothing to go back to${busy ? ` (${busy})` : ""}`,
  );
