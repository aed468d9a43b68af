import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  type ECSClient,
} from "@aws-sdk/client-ecs";
import type { HookEvent } from "./hookEvent.ts";
import type { Seen } from "./judge.ts";

/** What waits before the shift. ECS's event names only revisions, so ECS is asked. Throws if it can't be told. */
export async function describeRevision(ecs: ECSClient, event: HookEvent): Promise<Omit<Seen, "environment">> {
  const { resourceArn, executionDetails } = event;
  const revision = executionDetails.targetServiceRevisionArn;
  const [revisions, deployments] = await Promise.all([
    ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [revision] })),
    ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [resourceArn] })),
  ]);
  const taskDefinition = revisions.serviceRevisions?.find((one) => one.serviceRevisionArn === revision)?.taskDefinition;
  const deployment = deployments.serviceDeployments?.find((one) => one.serviceDeploymentArn === resourceArn);
  if (taskDefinition === undefined) throw new Error(`ECS shows no task definition for ${revision}`);
  if (deployment === undefined) throw new Error(`ECS does not show the deployment ${resourceArn}`);
  if (deployment.targetServiceRevision?.arn !== revision)
    throw new Error(`${resourceArn} deploys ${deployment.targetServiceRevision?.arn}, not ${revision}`);
  return { taskDefinition, hasSource: (deployment.sourceServiceRevisions ?? []).length > 0 };
}
