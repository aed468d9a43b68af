import type { Service } from "@aws-sdk/client-ecs";
import type { RestoreAnswer, RestoreCall } from "../stateMachine/calls.ts";
import type { Good } from "../stateMachine/ledger.ts";
import { Failure, isNamed } from "./failure.ts";
import { announce, underLock } from "./ledger.ts";
import { call, type Plan } from "./plan.ts";
import { describeService, updateService } from "./service.ts";
import {
  isGoingBack,
  isOpen,
  type ServiceDeployment,
  serviceDeployments,
  taskDefinitions,
} from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";
import { rollBack } from "./stop.ts";

/**
 * Takes the next step back to `target`, from what ECS says now and not from what was done before: stop what is open, wait for
 * what is under way, and only then deploy. Throws LockLost, TargetGone and, once nothing is open and there is no target,
 * NothingToRestore.
 */
export function* restore(settings: Settings, { target, ...lock }: RestoreCall): Plan<RestoreAnswer> {
  yield* underLock(settings.LEDGER, lock);
  const deployments = yield* serviceDeployments(settings);
  const wrong = deployments.find((each) => isOpen(each) && each.taskDefinition !== target?.taskDefinition);
  if (wrong) return waiting((yield* rollBack(wrong)).why);
  const underWay = deployments.find((each) => isOpen(each) || isGoingBack(each));
  if (underWay) return waiting(`${underWay.serviceDeploymentArn} is ${underWay.status}`);

  const service = yield* describeService(settings);
  const running = yield* runningTaskDefinitions(service);
  const unlisted = unlistedDeployment(service, running, deployments);
  if (unlisted) return waiting(`the service is asked for ${unlisted}, whose deployment ECS doesn't list yet`);
  if (!target) throw new Failure("NothingToRestore", "nothing has been good here yet: there is nothing to go back to");
  if (consistsOf(running, target.taskDefinition) && running.some(({ tasks }) => tasks > 0))
    return { stage: "back", why: `${target.taskDefinition} serves alone` };

  yield* mustBeActive(target);
  const { taskDefinition, release, digest, commit } = target;
  yield* announce(settings.LEDGER, lock, { taskDefinition, release, digest, commit, smoke: "enforce" });
  yield* updateService(settings, service, taskDefinition);
  return waiting(`asked ECS for ${taskDefinition}`);
}

interface Running {
  taskDefinition: string | undefined;
  tasks: number;
}

/**
 * What the service's wanted tasks are made of. By revisions, because what `taskDefinition` of the service shows after a rollback is
 * unconfirmed on AWS.
 */
function* runningTaskDefinitions({ currentServiceRevisions = [] }: Service): Plan<Running[]> {
  const wanted = currentServiceRevisions.filter((each) => each.requestedTaskCount !== 0);
  const known = yield* taskDefinitions(wanted.flatMap((each) => each.arn ?? []));
  return wanted.map(({ arn, runningTaskCount }) => ({
    taskDefinition: known.get(arn ?? ""),
    tasks: runningTaskCount ?? 0,
  }));
}

function consistsOf(running: Running[], taskDefinition: string | undefined): boolean {
  return running.length > 0 && running.every((each) => each.taskDefinition === taskDefinition);
}

/**
 * A lagging list must not pass for peace: what the service was asked for last must be what it consists of, or the newest deployment
 * that is listed. Until then nothing more is asked of ECS. A service of no tasks was never asked for anything.
 */
function unlistedDeployment(
  { taskDefinition: asked, desiredCount }: Service,
  running: Running[],
  [newest]: ServiceDeployment[],
): string | undefined {
  if (desiredCount === 0 || consistsOf(running, asked) || newest?.taskDefinition === asked) return undefined;
  return asked;
}

/** An INACTIVE task definition can't be deployed; within a grace of minutes it still could, so ask rather than try. */
function* mustBeActive({ taskDefinition, commit }: Good): Plan<void> {
  let status: string | undefined;
  try {
    status = (yield* call("DescribeTaskDefinition", { taskDefinition })).taskDefinition?.status;
  } catch (error) {
    if (!isNamed(error, "ClientException")) throw error;
  }
  if (status === "ACTIVE") return;
  throw new Failure(
    "TargetGone",
    `${taskDefinition} (${commit}) is ${status ?? "unknown to ECS"} and can't be deployed; roll back to another commit`,
  );
}

function waiting(why: string): RestoreAnswer {
  return { stage: "waiting", why };
}
