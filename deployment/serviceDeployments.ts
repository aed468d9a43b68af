import type { ServiceDeployment as Described, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { call, type Plan } from "./plan.ts";
import type { Settings } from "./settings.ts";

/** A service deployment with the task definition that it brings, which ECS keeps two calls apart. */
export interface ServiceDeployment extends Described {
  serviceDeploymentArn: string;
  /** ARN of the task definition of its target revision; absent where ECS no longer knows the revision. */
  taskDefinition?: string;
}

/** DescribeServiceDeployments and DescribeServiceRevisions take up to 20 ARNs: that many are looked at. */
const LOOKED_AT = 20;

/**
 * The service's newest deployments of any status, newest first. ECS lists them in no order, and for a while after UpdateService
 * without the one just begun: that something is absent here proves nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
 */
export function* serviceDeployments({ CLUSTER, SERVICE }: Settings): Plan<ServiceDeployment[]> {
  const listed: ServiceDeploymentBrief[] = [];
  let nextToken: string | undefined;
  do {
    const page = yield* call("ListServiceDeployments", {
      cluster: CLUSTER,
      service: SERVICE,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    listed.push(...(page.serviceDeployments ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);

  const arns = listed
    .toSorted(newestFirst)
    .flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? [])
    .slice(0, LOOKED_AT);
  if (arns.length === 0) return [];
  const { serviceDeployments = [] } = yield* call("DescribeServiceDeployments", { serviceDeploymentArns: arns });
  const revisions = yield* taskDefinitions(serviceDeployments.flatMap((each) => each.targetServiceRevision?.arn ?? []));
  return serviceDeployments.toSorted(newestFirst).map((each) => {
    const taskDefinition = revisions.get(each.targetServiceRevision?.arn ?? "");
    return { ...each, serviceDeploymentArn: each.serviceDeploymentArn!, ...(taskDefinition ? { taskDefinition } : {}) };
  });
}

/** The task definition of each service revision that ECS knows, by ARN. At most 20. */
export function* taskDefinitions(serviceRevisionArns: string[]): Plan<Map<string, string>> {
  const arns = [...new Set(serviceRevisionArns)];
  if (arns.length === 0) return new Map();
  const { serviceRevisions = [] } = yield* call("DescribeServiceRevisions", { serviceRevisionArns: arns });
  return new Map(serviceRevisions.map((each) => [each.serviceRevisionArn ?? "", each.taskDefinition ?? ""]));
}

/** It goes forward: users may get its revision yet. */
export function isOpen({ status }: ServiceDeployment): boolean {
  return status === "PENDING" || status === "IN_PROGRESS";
}

/** ECS is on its way back; a second request changes nothing. */
export function isGoingBack({ status }: ServiceDeployment): boolean {
  return status === "STOP_REQUESTED" || status === "ROLLBACK_REQUESTED" || status === "ROLLBACK_IN_PROGRESS";
}

/** For people: ECS's stage, status and reason, and the alarms that went off. Nothing is decided by this text. */
export function describe({ lifecycleStage, status, statusReason, alarms }: ServiceDeployment): string {
  const triggered = alarms?.triggeredAlarmNames ?? [];
  return [
    [lifecycleStage, status].filter(Boolean).join(" ") + (statusReason ? `: ${statusReason}` : ""),
    ...(triggered.length > 0 ? [`alarms: ${triggered.join(", ")}`] : []),
  ].join("; ");
}

interface Dated {
  createdAt?: Date | undefined;
}

function newestFirst(a: Dated, b: Dated): number {
  return Number(b.createdAt ?? 0) - Number(a.createdAt ?? 0);
}
