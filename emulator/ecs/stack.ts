import * as v from "valibot";
import { resourcesOf } from "../graph/resources.ts";
import { deployIfNeeded } from "./begin.ts";
import { routingOf, type ServiceConfiguration, serviceInputs, taskDefinitionInputs } from "./configuration.ts";
import type { Happened } from "./events.ts";
import type { Service } from "./state.ts";
import { addTaskDefinition } from "./taskDefinitions.ts";
import type { Work } from "./work.ts";

/** Brings a graph's clusters, task definitions and services to life. Throws where it asks for something that this ECS doesn't imitate. */
export function createStack(work: Work, { graph }: Happened<"stackCreated">): void {
  for (const { arn, name } of resourcesOf(graph, "aws:ecs/cluster:Cluster", v.object({ name: v.string() })))
    work.state.clusters[arn] = { clusterArn: arn, clusterName: name };
  for (const { arn, ...inputs } of resourcesOf(graph, "aws:ecs/taskDefinition:TaskDefinition", taskDefinitionInputs))
    addTaskDefinition(work, arn, inputs);
  for (const { arn, ...configuration } of resourcesOf(graph, "aws:ecs/service:Service", serviceInputs))
    createService(work, arn, configuration);
}

/** Starts its first deployment unless it wants no task. The production rule points at the first target group, the test rule at the alternate. */
function createService(work: Work, serviceArn: string, configuration: ServiceConfiguration): void {
  const { clusters, taskDefinitions, services } = work.state;
  if (!clusters[configuration.clusterArn] || !taskDefinitions[configuration.taskDefinition])
    throw new Error(`emulator/ecs: ${serviceArn}: its cluster and its task definition must be resources of the stacks`);
  const [{ targetGroupArn, advancedConfiguration }] = configuration.loadBalancers;
  work.state.routing.push(...routingOf(configuration.loadBalancers));
  const service: Service = {
    serviceArn,
    ...configuration,
    createdAt: work.at,
    events: [],
    own: { production: targetGroupArn, test: advancedConfiguration.alternateTargetGroupArn },
  };
  services[serviceArn] = service;
  deployIfNeeded(work, service);
}
