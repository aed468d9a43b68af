import type { Service } from "@aws-sdk/client-ecs";
import type { DeployAnswer, DeployCall } from "../stateMachine/calls.ts";
import type { Good } from "../stateMachine/ledger.ts";
import { Failure, isNamed } from "./failure.ts";
import { announce, underLock } from "./ledger.ts";
import { call, type Plan } from "./plan.ts";
import { runningTaskDefinitions, unlistedDeployment } from "./running.ts";
import { describeService, updateService } from "./service.ts";
import { describe, isGoingBack, isOpen, type ServiceDeployment, serviceDeployments } from "./serviceDeployments.ts";
import type { Settings } from "./settings.ts";
import { rollBack } from "./stop.ts";
import { releaseDefinition } from "./taskDefinition.ts";

/**
 * Starts a release's deployment: register, announce, update. Called again after a lost response it goes on where it was: what is
 * announced under this release's name is registered already, and what ECS knows of is not started a second time, even if ECS has
 * rolled it back meanwhile. Throws LockLost, InvalidTemplate, DeploymentOpen.
 */
export function* deploy(settings: Settings, wanted: DeployCall): Plan<DeployAnswer> {
  const { deploying, good } = yield* underLock(settings.LEDGER, wanted);
  const service = yield* describeService(settings);
  const deployments = yield* serviceDeployments(settings);
  const announced = deploying?.release === wanted.release ? deploying.taskDefinition : undefined;
  if (
    announced &&
    (service.taskDefinition === announced || deployments.some((each) => each.taskDefinition === announced))
  ) {
    return { taskDefinition: announced };
  }

  yield* mustBeQuiet(service, deployments, good);
  const taskDefinition = announced ?? (yield* register(settings, wanted));
  if (!announced) yield* announce(settings.LEDGER, wanted, announcement(taskDefinition, wanted));
  yield* updateService(settings, service, taskDefinition);
  return { taskDefinition };
}

/**
 * What UpdateService does to an open blue/green deployment is unconfirmed on AWS: never try. Whoever holds the lock owns the
 * service, so a stray deployment (its conductor died, or somebody's by hand) is rolled back first; one that brings
 * last-known-good, such as `pulumi up`'s own, is waited for. Throws DeploymentOpen until ECS is quiet.
 */
function* mustBeQuiet(service: Service, deployments: ServiceDeployment[], good: Good | undefined): Plan<void> {
  const stray = deployments.find((each) => isOpen(each) && good && each.taskDefinition !== good.taskDefinition);
  if (stray) {
    const { why } = yield* rollBack(stray);
    throw new Failure("DeploymentOpen", `${stray.serviceDeploymentArn} was open (${describe(stray)}): ${why}`);
  }
  const other = deployments.find((each) => isOpen(each) || isGoingBack(each));
  if (other) {
    throw new Failure(
      "DeploymentOpen",
      `${other.serviceDeploymentArn} is still under way (${describe(other)}); wait for it or stop it`,
    );
  }
  const unlisted = unlistedDeployment(service, yield* runningTaskDefinitions(service), deployments);
  if (unlisted) {
    throw new Failure(
      "DeploymentOpen",
      `the service is asked for ${unlisted}, whose deployment ECS doesn't list yet; wait for it`,
    );
  }
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
