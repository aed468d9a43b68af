import type { Announcement } from "../contract/ledger.ts";
import { beganBy, describe, isGoingBack, isOpen, type ListedDeployment } from "./deployments.ts";
import { isNamed, type Plan, request } from "./plan.ts";
import { consistsOf, type ServiceState } from "./service.ts";

export interface SettleArgs {
  state: ServiceState;
  /** What may still arrive, where there is such. */
  announcement: Announcement | undefined;
  now: number;
  /** Whether an open deployment is to be stopped rather than waited for. */
  isStray(deployment: ListedDeployment): boolean;
}

/**
 * Why nothing may be asked of ECS yet; undefined where it is quiet. What UpdateService does to an open blue/green deployment is
 * unconfirmed on AWS: never try. Whoever holds the lock owns the service, so a stray deployment (its conductor died, or somebody's by
 * hand) is rolled back here; any other is waited for.
 */
export function* settle({ state, announcement, now, isStray }: SettleArgs): Plan<string | undefined> {
  const { deployments } = state;
  const stray = deployments.find((each) => isOpen(each) && isStray(each));
  if (stray) return yield* rollBack(stray);
  const other = deployments.find((each) => isOpen(each) || isGoingBack(each));
  if (other) return `${other.serviceDeploymentArn} is still under way (${describe(other)})`;
  const unlisted = findUnlisted(state);
  if (unlisted) return `the service is asked for ${unlisted}, whose deployment ECS doesn't list yet`;
  if (announcement && mayArrive(announcement, deployments, now))
    return `${announcement.release} was announced at ${announcement.at}, and its deployment may still arrive`;
  return undefined;
}

/** Asks ECS to return to the revision that the deployment came from: while that one still runs, only weights change. */
function* rollBack(deployment: ListedDeployment): Plan<string> {
  const { serviceDeploymentArn } = deployment;
  try {
    yield* request("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
    return `asked ECS to roll ${serviceDeploymentArn} back, which was open (${describe(deployment)})`;
  } catch (error) {
    // In CLEAN_UP the old tasks are going away already: it can only be waited for.
    if (!isNamed(error, "ConflictException")) throw error;
    return `${serviceDeploymentArn} is too far on to be stopped (${error.message})`;
  }
}

/**
 * A lagging list must not pass for peace: what the service was asked for last must be what it consists of, or the newest deployment
 * that is listed. A service of no tasks was never asked for anything.
 */
export function findUnlisted({ service, revisions, deployments }: ServiceState): string | undefined {
  const { taskDefinition, desiredCount } = service;
  if (desiredCount === 0 || consistsOf(revisions, taskDefinition)) return undefined;
  return deployments[0]?.taskDefinition === taskDefinition ? undefined : taskDefinition;
}

/** Longer than the 50 s that this function may take from its announcement to its UpdateService; milliseconds. */
const patience = 60_000;

/** Whoever announced it may be about to ask ECS for it: the call that does so may be under way. */
function mayArrive({ taskDefinition, at }: Announcement, deployments: ListedDeployment[], now: number): boolean {
  const start = Date.parse(at);
  const isListed = deployments.some((each) => each.taskDefinition === taskDefinition && beganBy(each, start));
  return !isListed && now - start < patience;
}
