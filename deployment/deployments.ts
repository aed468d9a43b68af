import type { ServiceDeployment, ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import { type Plan, request } from "./plan.ts";
import type { DeploymentSettings } from "./settings.ts";

/** A service deployment with the task definition that it brings, which ECS keeps two calls apart. */
export interface ListedDeployment extends ServiceDeployment {
  serviceDeploymentArn: string;
  /** ARN of the task definition of its target revision; absent where ECS no longer knows the revision. */
  taskDefinition?: string;
}

/** DescribeServiceDeployments and DescribeServiceRevisions take up to 20 ARNs: that many are looked at. */
const most = 20;

/**
 * The service's newest deployments of any status, newest first. ECS lists them in no order, and for a while after UpdateService
 * without the one just begun: that something is absent here proves nothing.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html
 */
export function* listDeployments({ CLUSTER, SERVICE }: DeploymentSettings): Plan<ListedDeployment[]> {
  const briefs: ServiceDeploymentBrief[] = [];
  let nextToken: string | undefined;
  do {
    const page = yield* request("ListServiceDeployments", {
      cluster: CLUSTER,
      service: SERVICE,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    briefs.push(...(page.serviceDeployments ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);

  const arns = briefs
    .toSorted(newestFirst)
    .flatMap(({ serviceDeploymentArn }) => serviceDeploymentArn ?? [])
    .slice(0, most);
  if (arns.length === 0) return [];
  const { serviceDeployments = [] } = yield* request("DescribeServiceDeployments", { serviceDeploymentArns: arns });
  const targets = yield* readTaskDefinitions(
    serviceDeployments.flatMap((each) => each.targetServiceRevision?.arn ?? []),
  );
  return serviceDeployments.toSorted(newestFirst).map((each) => {
    const taskDefinition = targets.get(each.targetServiceRevision?.arn ?? "");
    return { ...each, serviceDeploymentArn: each.serviceDeploymentArn!, ...(taskDefinition ? { taskDefinition } : {}) };
  });
}

/** The task definition of each service revision that ECS knows, by ARN. At most 20. */
export function* readTaskDefinitions(serviceRevisionArns: string[]): Plan<Map<string, string>> {
  const arns = [...new Set(serviceRevisionArns)];
  if (arns.length === 0) return new Map();
  const { serviceRevisions = [] } = yield* request("DescribeServiceRevisions", { serviceRevisionArns: arns });
  return new Map(serviceRevisions.map((each) => [each.serviceRevisionArn ?? "", each.taskDefinition ?? ""]));
}

/** It goes forward: users may get its revision yet. */
export const isOpen = ({ status }: ServiceDeployment): boolean => status === "PENDING" || status === "IN_PROGRESS";

/** ECS is on its way back; a second request changes nothing. */
export const isGoingBack = ({ status }: ServiceDeployment): boolean =>
  status === "STOP_REQUESTED" || status === "ROLLBACK_REQUESTED" || status === "ROLLBACK_IN_PROGRESS";

/** All users get its revision. ECS's stages are an open list: one that isn't here counts as not yet moved. */
export const hasMoved = (deployment: ServiceDeployment): boolean =>
  isOpen(deployment) &&
  ["POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"].includes(deployment.lifecycleStage ?? "");

/** It was begun at this time, or later; milliseconds. */
export const beganBy = ({ createdAt }: ServiceDeployment, time: number): boolean =>
  createdAt !== undefined && millisecondsOf(createdAt) >= time;

/** A client's `Date`, or epoch seconds as on the wire. */
export const millisecondsOf = (at: Date | number): number =>
  Math.round(typeof at === "number" ? at * 1000 : at.getTime());

/** For people: ECS's stage, status and reason. Nothing is decided by this text. */
export const describe = ({ lifecycleStage, status, statusReason }: ServiceDeployment): string =>
  [lifecycleStage, status].filter(Boolean).join(" ") + (statusReason ? `: ${statusReason}` : "");

const newestFirst = (a: { createdAt?: Date | undefined }, b: { createdAt?: Date | undefined }): number =>
  Number(b.createdAt ?? 0) - Number(a.createdAt ?? 0);
