import { digestOf } from "../contract/candidate.ts";
import type { DeployAnswer, DeployCall } from "../contract/deploymentCalls.ts";
import type { ChangeFailure } from "../contract/ends.ts";
import { releaseOf } from "../contract/execution.ts";
import type { Announcement, EnvironmentItem } from "../contract/ledger.ts";
import { findHandChange } from "./handChanges.ts";
import { announce, explainLostLock, holdsLock, readEnvironment } from "./ledger.ts";
import type { Plan } from "./plan.ts";
import { findOtherAnswer } from "./production.ts";
import { settle } from "./quiet.ts";
import { readService, type ServiceState, updateService, type WantedRevision } from "./service.ts";
import type { DeploymentSettings } from "./settings.ts";
import { InvalidTemplate, readDefinition, registerRelease, releaseIn } from "./taskDefinition.ts";
import { minute, pauseAfter } from "./time.ts";

/**
 * Starts a release's deployment: register, announce, update. Called again after a lost response it goes on where it was: what this
 * execution announced is registered already, and what ECS knows of is not started a second time, even if ECS has rolled it back
 * meanwhile.
 */
export function* deploy(settings: DeploymentSettings, call: DeployCall): Plan<DeployAnswer> {
  const environment = yield* readEnvironment(settings.LEDGER);
  if (!holdsLock(environment, call)) return giveUp(explainLostLock(environment));
  const mine = environment.deploying?.execution === call.execution ? environment.deploying : undefined;
  const state = yield* readService(settings);
  if (mine && isKnown(mine, state)) return look(`ECS knows of ${mine.taskDefinition}`);

  const change = findHandChange(settings, state.service);
  if (change) return giveUp({ failure: "Held", why: change });
  const busy = yield* waitForQuiet(settings, call, environment, state);
  if (busy) return busy;
  // What a first release left behind may be down; it has nothing to go back to.
  const isChecked = call.lane !== "emergency" && environment.good !== undefined;
  const otherAnswer = isChecked ? yield* checkProduction(settings, state) : undefined;
  if (otherAnswer) return giveUp({ failure: "Held", why: otherAnswer });

  try {
    const taskDefinition = mine?.taskDefinition ?? (yield* registerRelease(settings, call));
    // Also what it announced before: whoever comes next waits for a call to ECS that is under way.
    if (!(yield* announce(settings.LEDGER, announcementOf(call, taskDefinition))))
      return giveUp(explainLostLock(yield* readEnvironment(settings.LEDGER)));
    yield* updateService(settings, state.service, taskDefinition);
    return look(`asked ECS for ${taskDefinition}`);
  } catch (error) {
    if (error instanceof InvalidTemplate) return giveUp({ failure: "DeployFailed", why: error.message });
    throw error;
  }
}

const look = (why: string): DeployAnswer => ({ next: "look", seconds: 0, why });

const giveUp = ({ failure, why }: { failure: ChangeFailure; why: string }): DeployAnswer => ({
  next: "restore",
  seconds: 0,
  why,
  failure,
});

const isKnown = ({ taskDefinition }: Announcement, { service, deployments }: ServiceState): boolean =>
  service.taskDefinition === taskDefinition || deployments.some((each) => each.taskDefinition === taskDefinition);

/** Nothing may be under way. A deployment that brings last-known-good, such as `pulumi up`'s own, is waited for. */
function* waitForQuiet(
  { SCALE_UP_MINUTES, BAKE_MINUTES }: DeploymentSettings,
  { execution, since, now }: DeployCall,
  { good, deploying }: EnvironmentItem,
  state: ServiceState,
): Plan<DeployAnswer | undefined> {
  const why = yield* settle({
    state,
    // Its own is asked for again.
    announcement: deploying?.execution === execution ? undefined : deploying,
    now,
    isStray: ({ taskDefinition }) => good !== undefined && taskDefinition !== good.taskDefinition,
  });
  if (why === undefined) return undefined;
  const patience = SCALE_UP_MINUTES + BAKE_MINUTES;
  if (now - since <= patience * minute) return { next: "wait", seconds: pauseAfter(now - since), why };
  return giveUp({ failure: "Unavailable", why: `the service was not quiet within ${patience} minutes: ${why}` });
}

/**
 * Whether users get what ECS runs. Somebody who changed the listener's rules by hand would have the traffic shift to nobody knows
 * where, and the admission smoke judge the wrong colour.
 */
function* checkProduction(settings: DeploymentSettings, { revisions }: ServiceState): Plan<string | undefined> {
  const releases = yield* readReleases(revisions);
  if (releases.length === 0) return undefined;
  return yield* findOtherAnswer(settings, releases);
}

/** The releases that ECS keeps tasks of: none where it wants no tasks, and none of those that were deployed by hand. */
function* readReleases(revisions: WantedRevision[]): Plan<string[]> {
  const releases: string[] = [];
  for (const { taskDefinition } of revisions) {
    const definition = taskDefinition && (yield* readDefinition(taskDefinition));
    const release = definition && releaseIn(definition);
    if (release) releases.push(release);
  }
  return releases;
}

function announcementOf({ execution, fence, candidate, smoke, now }: DeployCall, taskDefinition: string): Announcement {
  const { image, commit, changedPaths } = candidate;
  return {
    execution,
    fence,
    taskDefinition,
    release: releaseOf(execution),
    digest: digestOf(image),
    commit,
    smoke,
    ...(changedPaths ? { changedPaths: JSON.stringify(changedPaths) } : {}),
    at: new Date(now).toISOString(),
  };
}
