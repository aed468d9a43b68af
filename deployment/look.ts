import type { LookAnswer, LookCall } from "../contract/deploymentCalls.ts";
import type { ChangeFailure } from "../contract/ends.ts";
import type { Announcement } from "../contract/ledger.ts";
import { describe, hasMoved, isOpen, type ListedDeployment, millisecondsOf } from "./deployments.ts";
import { findHandChange } from "./handChanges.ts";
import { explainLostLock, holdsLock, readEnvironment } from "./ledger.ts";
import { CallError, type Plan } from "./plan.ts";
import { readService, type ServiceState } from "./service.ts";
import type { DeploymentSettings } from "./settings.ts";
import { describeTaskEnd, listEndedTasks } from "./taskEnds.ts";
import { minute, pauseAfter } from "./time.ts";
import { explainDisplaced, explainUndone, nameHook } from "./undone.ts";

type Reading = Omit<LookAnswer, "shortfalls">;

/** Where the announced release is, and what comes next. Changes nothing. */
export function* look(settings: DeploymentSettings, call: LookCall): Plan<LookAnswer> {
  const { shortfalls, now } = call;
  const environment = yield* readEnvironment(settings.LEDGER);
  if (!holdsLock(environment, call)) return { ...giveUp(explainLostLock(environment)), shortfalls };
  const { deploying } = environment;
  if (deploying?.execution !== call.execution) return { ...lookForNothing(settings, call), shortfalls };

  const state = yield* readService(settings);
  const { service, deployments } = state;
  const at = deployments.findIndex((each) => each.taskDefinition === deploying.taskDefinition);
  const ours = deployments[at];
  const change = findHandChange(settings, service);
  if (change) return { ...giveUp({ failure: "Held", why: change }), shortfalls };
  if (!ours) return { ...lookForUnlisted(settings, call, deploying, state), shortfalls };

  const place = { deployment: ours.serviceDeploymentArn, taskDefinition: deploying.taskDefinition };
  const newer = deployments[at - 1];
  if (isOpen(ours) && newer) return { ...giveUp(explainDisplaced(newer)), ...place, shortfalls };
  if (!isOpen(ours) && ours.status !== "SUCCESSFUL")
    return { ...giveUp(yield* explainUndone(settings, ours, newer, service)), ...place, shortfalls };
  if (isOpen(ours) && !hasMoved(ours))
    return { ...(yield* lookBeforeShift(settings, deploying, ours, now)), ...place, shortfalls };

  const shortfall = yield* findShortfall(settings, ours, state);
  const total = shortfalls + (shortfall ? 1 : 0);
  // Once may be the moment in which ECS replaces a task.
  if (shortfall && total >= 2) {
    const why = `${shortfall}; ${yield* describeTaskEnd(settings, deploying.taskDefinition)}`;
    return { ...giveUp({ failure: "Unhealthy", why }), ...place, shortfalls: total };
  }
  return { ...lookAfterShift(settings, deploying, ours, call), ...place, shortfalls: total };
}

const goOn = (next: "deploy" | "smoke" | "good", why: string): Reading => ({ next, seconds: 0, why });
const wait = (seconds: number, why: string): Reading => ({ next: "wait", seconds, why });
const giveUp = ({ failure, why }: { failure: ChangeFailure; why: string }): Reading => ({
  next: "restore",
  seconds: 0,
  why,
  failure,
});

/** Nothing is announced: the service was not quiet yet, or the call that was to announce it failed. */
const lookForNothing = (settings: DeploymentSettings, call: LookCall): Reading =>
  deployAgain(settings, call, "nothing is announced yet", "nothing could be announced");

/** The list lags: what the service is asked for is on its way. What it isn't asked for, the call to do so was lost. */
function lookForUnlisted(
  settings: DeploymentSettings,
  call: LookCall,
  { taskDefinition, at }: Announcement,
  { service }: ServiceState,
): Reading {
  const why = `ECS lists no deployment of ${taskDefinition}`;
  if (service.taskDefinition !== taskDefinition)
    return deployAgain(settings, call, why, `ECS could not be asked for ${taskDefinition}`);
  const age = call.now - Date.parse(at);
  if (age <= settings.SCALE_UP_MINUTES * minute) return wait(pauseAfter(age), `${why} yet`);
  return giveUp({ failure: "DeployFailed", why: `${why} after ${settings.SCALE_UP_MINUTES} minutes` });
}

/** `deploy` itself gives up a minute sooner where the service isn't quiet, and knows why. */
function deployAgain(
  { SCALE_UP_MINUTES, BAKE_MINUTES }: DeploymentSettings,
  { since, now }: LookCall,
  why: string,
  problem: string,
): Reading {
  const patience = SCALE_UP_MINUTES + BAKE_MINUTES + 1;
  if (now - since <= patience * minute) return goOn("deploy", why);
  return giveUp({ failure: "Unavailable", why: `${problem} within ${patience} minutes` });
}

function* lookBeforeShift(
  settings: DeploymentSettings,
  { taskDefinition, at }: Announcement,
  ours: ListedDeployment,
  now: number,
): Plan<Reading> {
  const age = now - Date.parse(at);
  if (age <= settings.SCALE_UP_MINUTES * minute) return wait(pauseAfter(age), describe(ours));
  const hook = ours.lifecycleHookDetails?.find(({ status }) => status === "IN_PROGRESS");
  if (hook) {
    const why = `${nameHook(settings, hook)} gave no verdict within ${settings.SCALE_UP_MINUTES} minutes (${describe(ours)})`;
    return giveUp({ failure: "Refused", why });
  }
  const ends = yield* describeTaskEnd(settings, taskDefinition);
  const why = `users did not get it within ${settings.SCALE_UP_MINUTES} minutes (${describe(ours)}); ${ends}`;
  return giveUp({ failure: "DeployFailed", why });
}

/**
 * Fewer of its tasks run than ECS wants, in words. Where none of them has ended more are just being started, as when somebody scales
 * the service out. ECS's circuit breaker passes over a task that was healthy once.
 */
function* findShortfall(
  settings: DeploymentSettings,
  { targetServiceRevision, taskDefinition = "" }: ListedDeployment,
  { service }: ServiceState,
): Plan<string | undefined> {
  // A closed deployment keeps the counts of its end.
  const present = service.currentServiceRevisions?.find(({ arn }) => arn === targetServiceRevision?.arn);
  const { runningTaskCount: runs = 0, requestedTaskCount: wanted = 0 } = present ?? targetServiceRevision ?? {};
  if (runs >= wanted) return undefined;
  try {
    if ((yield* listEndedTasks(settings, taskDefinition)).length === 0) return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
  }
  return `${runs} of its ${wanted} tasks run`;
}

/** A smoke at once, one a minute, and one after ECS has finished: that one makes it good. */
function lookAfterShift(
  { SCALE_UP_MINUTES, BAKE_MINUTES }: DeploymentSettings,
  { at }: Announcement,
  ours: ListedDeployment,
  { smokedAt, now }: LookCall,
): Reading {
  const why = describe(ours);
  if (ours.status === "SUCCESSFUL") {
    const finishedAt = ours.finishedAt ? millisecondsOf(ours.finishedAt) : now;
    return smokedAt >= finishedAt ? goOn("good", why) : goOn("smoke", why);
  }
  const patience = SCALE_UP_MINUTES + BAKE_MINUTES + 30;
  if (now - Date.parse(at) > patience * minute)
    return giveUp({ failure: "TooSlow", why: `ECS did not finish within ${patience} minutes (${why})` });
  const untilSmoke = smokedAt + minute - now;
  if (untilSmoke <= 0) return goOn("smoke", why);
  return wait(Math.min(15, Math.ceil(untilSmoke / 1000)), why);
}
