import type { DeployAnswer, DeployCall } from "../stateMachine/calls.ts";
import { Failure, isNamed } from "./failure.ts";
import { announce, underLock } from "./ledger.ts";
import { call, type Plan } from "./plan.ts";
import { describeService, updateService } from "./service.ts";
import { describe, isGoingBack, isOpen, serviceDeployments } from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";
import { releaseDefinition } from "./taskDefinition.ts";

/**
 * Starts a release's deployment: register, announce, update. Called again after a lost response it goes on where it was: what is
 * announced under this release's name is registered already, and what ECS knows of is not started a second time, even if ECS has
 * rolled it back meanwhile. Throws LockLost, InvalidTemplate, DeploymentOpen.
 */
export function* deploy(settings: Settings, wanted: DeployCall): Plan<DeployAnswer> {
  const { deploying } = yield* underLock(settings.LEDGER, wanted);
  const service = yield* describeService(settings);
  const deployments = yield* serviceDeployments(settings);
  const announced = deploying?.release === wanted.release ? deploying.taskDefinition : undefined;
  if (
    announced &&
    (service.taskDefinition === announced || deployments.some((each) => each.taskDefinition === announced))
  ) {
    return { taskDefinition: announced };
  }

  // What UpdateService does to an open blue/green deployment is unconfirmed on AWS: never try.
  const other = deployments.find((each) => isOpen(each) || isGoingBack(each));
  if (other) {
    throw new Failure(
      "DeploymentOpen",
      `${other.serviceDeploymentArn} is still under way (${describe(other)}); wait for it or stop it`,
    );
  }

  const taskDefinition = announced ?? (yield* register(settings, wanted));
  if (!announced) yield* announce(settings.LEDGER, wanted, announcement(taskDefinition, wanted));
  yield* updateService(settings, service, taskDefinition);
  return { taskDefinition };
}

/** Registers the release's own task definition. After a lost response another revision is registered, and this one is never used. */
function* register({ FAMILY }: Settings, { template, candidate, release }: DeployCall): Plan<string> {
  const described = yield* describeTemplate(template);
  const input = releaseDefinition({
    template: described.taskDefinition ?? {},
    tags: described.tags ?? [],
    family: FAMILY,
    candidate,
    release,
  });
  const { taskDefinition } = yield* call("RegisterTaskDefinition", input);
  return taskDefinition!.taskDefinitionArn!;
}

function* describeTemplate(template: string) {
  try {
    return yield* call("DescribeTaskDefinition", { taskDefinition: template, include: ["TAGS"] });
  } catch (error) {
    // ECS's answer to a task definition that doesn't exist is a ClientException.
    if (!isNamed(error, "ClientException")) throw error;
    throw new Failure("InvalidTemplate", `the template ${template} can't be read (${error.message}); run pulumi up`);
  }
}

function announcement(taskDefinition: string, { release, candidate, smoke }: DeployCall) {
  const { image, commit, changedPaths } = candidate;
  return {
    taskDefinition,
    release,
    digest: image.slice(image.indexOf("@") + 1),
    commit,
    smoke,
    ...(changedPaths ? { changedPaths: JSON.stringify(changedPaths) } : {}),
  };
}
