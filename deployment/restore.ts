import type { RestoreAnswer, RestoreCall } from "../stateMachine/calls.ts";
import type { Good } from "../stateMachine/ledger.ts";
import { Failure, isNamed } from "./failure.ts";
import { announce, underLock } from "./ledger.ts";
import { call, type Plan } from "./plan.ts";
import { consistsOf, runningTaskDefinitions, unlistedDeployment } from "./running.ts";
import { describeService, updateService } from "./service.ts";
import { isGoingBack, isOpen, serviceDeployments } from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";
import { rollBack } from "./stop.ts";

/**
 * Takes the next step back to `target`, from what ECS says now and not from what was done before: stop what is open, wait for
 * what is under way, and only then deploy. Throws LockLost, TargetGone, AlreadyGood where the caller's own release was recorded as
 * good (and it never heard so), and, once nothing is open and there is no target, NothingToRestore.
 */
export function* restore(settings: Settings, { target, ...lock }: RestoreCall): Plan<RestoreAnswer> {
  const { good } = yield* underLock(settings.LEDGER, lock);
  // An execution's name is its release's.
  if (good && lock.holder.endsWith(`:${good.release}`))
    throw new Failure("AlreadyGood", `${good.release} is recorded as good: there is nothing to take back`);
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
