import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
} from "@aws-sdk/client-ecs";
import * as v from "valibot";
import { commit } from "../contract/candidate.ts";
import { releaseName } from "../contract/execution.ts";
import type { HookEvent } from "./hookEvent.ts";
import type { Expected } from "./identity.ts";

/** What waits before the shift. */
export interface WaitingRevision {
  /** ARN of its task definition. */
  taskDefinition: string;
  /** The service never had another. */
  isFirst: boolean;
  /** ARN of the service revision that has users now. */
  source?: string;
}

/** ECS's event names only the deployment and its revision, so ECS is asked. Throws if it can't be found out. */
export async function describeRevision(ecs: ECSClient, event: HookEvent): Promise<WaitingRevision> {
  const { resourceArn, executionDetails } = event;
  const revision = executionDetails.targetServiceRevisionArn;
  const [taskDefinition, { serviceDeployments = [] }] = await Promise.all([
    readTaskDefinition(ecs, revision),
    ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [resourceArn] })),
  ]);
  const deployment = serviceDeployments.find((one) => one.serviceDeploymentArn === resourceArn);
  if (deployment === undefined) throw new Error(`ECS does not show the deployment ${resourceArn}`);
  if (deployment.targetServiceRevision?.arn !== revision)
    throw new Error(`${resourceArn} deploys ${deployment.targetServiceRevision?.arn}, not ${revision}`);
  // After a deployment that was given up there may be several; the traffic's weight shows which one has users.
  const [source] = (deployment.sourceServiceRevisions ?? []).toSorted(
    (one, other) => (other.requestedProductionTrafficWeight ?? 0) - (one.requestedProductionTrafficWeight ?? 0),
  );
  return { taskDefinition, isFirst: source === undefined, ...(source?.arn ? { source: source.arn } : {}) };
}

/**
 * What a service revision's application calls itself, by its task definition; undefined for the template and for what was made by
 * hand. Throws if it can't be found out.
 */
export async function describeRelease(ecs: ECSClient, revision: string | undefined): Promise<Expected | undefined> {
  if (revision === undefined) throw new Error("ECS does not name the revision that has users");
  const taskDefinition = await readTaskDefinition(ecs, revision);
  const { taskDefinition: definition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }));
  if (definition === undefined) throw new Error(`ECS does not show ${taskDefinition}`);
  return (definition.containerDefinitions ?? [])
    .map(({ environment = [] }) => Object.fromEntries(environment.map(({ name, value }) => [name, value])))
    .map(({ GREENGATE_RELEASE: release, COMMIT }) => ({ release, commit: COMMIT }))
    .find((each): each is Expected => v.is(releaseName, each.release) && v.is(commit, each.commit));
}

async function readTaskDefinition(ecs: ECSClient, revision: string): Promise<string> {
  const { serviceRevisions = [] } = await ecs.send(
    new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] }),
  );
  const taskDefinition = serviceRevisions.find((one) => one.serviceRevisionArn === revision)?.taskDefinition;
  if (taskDefinition === undefined) throw new Error(`ECS shows no task definition for ${revision}`);
  return taskDefinition;
}
