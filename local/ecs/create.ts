import * as v from "valibot";
import type { EcsEvent } from "./events.ts";
import { read } from "./read.ts";
import { deployIfNeeded } from "./services.ts";
import type { ServiceDefinition } from "./state.ts";
import { definitionFields } from "./taskDefinitions.ts";
import type { Work } from "./work.ts";

export function createCluster(work: Work, { arn, name }: Extract<EcsEvent, { type: "clusterCreated" }>): void {
  work.state.clusters[arn] = { arn, name };
}

/** A revision that somebody else registered, under the ARN that it has. Throws on a definition that ECS wouldn't take. */
export function createTaskDefinition(work: Work, event: Extract<EcsEvent, { type: "taskDefinitionCreated" }>): void {
  const [, family, revision] = /:task-definition\/([\w-]+):(\d+)$/.exec(event.arn) ?? [];
  if (family === undefined) {
    throw new Error(
      `local/ecs: the ARN of a task definition ends in :task-definition/<family>:<revision>, not ${event.arn}`,
    );
  }
  const refuse = (problems: string) => new Error(`local/ecs: ${event.arn}: ${problems}`);
  work.state.taskDefinitions[event.arn] = {
    arn: event.arn,
    family,
    revision: Number(revision),
    status: "ACTIVE",
    registeredAt: work.at,
    definition: read(v.object(definitionFields), event.definition, refuse),
    tags: event.tags,
  };
}

/** Starts its first deployment unless it wants no task. The production rule points at the first target group, the test rule at the alternate. */
export function createService(work: Work, definition: ServiceDefinition): void {
  const { arn, cluster, taskDefinition } = definition;
  for (const [records, needed] of [
    [work.state.clusters, cluster] as const,
    [work.state.taskDefinitions, taskDefinition] as const,
  ]) {
    if (records[needed] === undefined)
      throw new Error(`local/ecs: ${arn} needs ${needed}, which was not created before it`);
  }
  const [first, alternate] = definition.targetGroups;
  const service = {
    ...definition,
    createdAt: work.at,
    weights: { production: { [first]: 100, [alternate]: 0 }, test: { [first]: 0, [alternate]: 100 } },
    shifting: [],
    events: [],
  };
  work.state.services[arn] = service;
  deployIfNeeded(work, service);
}
