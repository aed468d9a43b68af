import type { Service } from "@aws-sdk/client-ecs";
import type { Plan } from "./plan.ts";
import { type ServiceDeployment, taskDefinitions } from "./serviceDeployments.ts";

export interface Running {
  taskDefinition: string | undefined;
  tasks: number;
}

/**
 * What the service's wanted tasks are made of. By revisions, because what `taskDefinition` of the service shows after a rollback is
 * unconfirmed on AWS.
 */
export function* runningTaskDefinitions({ currentServiceRevisions = [] }: Service): Plan<Running[]> {
  const wanted = currentServiceRevisions.filter((each) => each.requestedTaskCount !== 0);
  const known = yield* taskDefinitions(wanted.flatMap((each) => each.arn ?? []));
  return wanted.map(({ arn, runningTaskCount }) => ({
    taskDefinition: known.get(arn ?? ""),
    tasks: runningTaskCount ?? 0,
  }));
}

/** Nothing but that one is wanted. */
export function consistsOf(running: Running[], taskDefinition: string | undefined): boolean {
  return running.length > 0 && running.every((each) => each.taskDefinition === taskDefinition);
}

/**
 * A lagging list must not pass for peace: what the service was asked for last must be what it consists of, or the newest deployment
 * that is listed. Until then nothing more is asked of ECS. A service of no tasks was never asked for anything.
 */
export function unlistedDeployment(
  { taskDefinition: asked, desiredCount }: Service,
  running: Running[],
  [newest]: ServiceDeployment[],
): string | undefined {
  if (desiredCount === 0 || consistsOf(running, asked) || newest?.taskDefinition === asked) return undefined;
  return asked;
}
