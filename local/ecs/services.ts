import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Operation } from "./calls.ts";
import { openNew, supersede } from "./deployment.ts";
import type { Service } from "./state.ts";
import { findTaskDefinition } from "./taskDefinitions.ts";
import { serviceView } from "./views.ts";
import { known, openDeployment, type Work } from "./work.ts";

const updateInput = v.strictObject({
  cluster: v.optional(v.string()),
  service: v.string(),
  taskDefinition: v.optional(v.string()),
  desiredCount: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

export const updateService: Operation<v.InferOutput<typeof updateInput>> = {
  input: updateInput,
  answer(work, { cluster, service: name, taskDefinition, desiredCount }) {
    const service = findService(work, name, cluster);
    if (service === undefined) throw new AwsError("ServiceNotFoundException", "Service not found.");
    if (taskDefinition !== undefined) {
      const found = findTaskDefinition(work, taskDefinition, "TaskDefinition not found.");
      if (found.status === "INACTIVE") throw new AwsError("ClientException", "TaskDefinition is inactive");
      service.taskDefinition = found.arn;
    }
    if (desiredCount !== undefined) rescale(work, service, desiredCount);
    deployIfNeeded(work, service);
    return { service: serviceView(work.state, service) };
  },
};

/**
 * Starts a deployment unless the service has, or is already getting, the task definition that it asks for, or wants no task.
 * [unverified]: a blue/green service without tasks starts none.
 */
export function deployIfNeeded(work: Work, service: Service): void {
  const open = openDeployment(work, service);
  const newest = open?.target ?? service.current;
  const same = newest !== undefined && known(work.state.revisions, newest).taskDefinition === service.taskDefinition;
  if (same || service.desiredCount === 0) return;
  if (open) supersede(work, service, open);
  const source = open === undefined || open.moved ? service.current : open.source;
  openNew(work, service, source);
}

const describeInput = v.strictObject({
  cluster: v.optional(v.string()),
  services: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(10)),
});

export const describeServices: Operation<v.InferOutput<typeof describeInput>> = {
  input: describeInput,
  answer(work, { cluster, services }) {
    const found = services.map((name) => ({ name, service: findService(work, name, cluster) }));
    return {
      services: found.flatMap(({ service }) => (service ? [serviceView(work.state, service)] : [])),
      failures: found.flatMap(({ name, service }) => (service ? [] : [{ arn: name, reason: "MISSING" }])),
    };
  },
};

/** By name or ARN; the cluster too. Throws ClusterNotFoundException. */
export function findService(work: Work, name: string, cluster = "default"): Service | undefined {
  const home = Object.values(work.state.clusters).find((each) => each.arn === cluster || each.name === cluster);
  if (home === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  const services = Object.values(work.state.services);
  return services.find((each) => each.cluster === home.arn && (each.arn === name || each.name === name));
}

/** A new desired count holds for the revision that users have, and for one that is already scaled up. */
function rescale(work: Work, service: Service, desiredCount: number): void {
  service.desiredCount = desiredCount;
  const open = openDeployment(work, service);
  for (const arn of [open?.source, open?.target, open ? undefined : service.current]) {
    const revision = arn === undefined ? undefined : known(work.state.revisions, arn);
    if (revision && (open === undefined || revision.requested > 0)) revision.requested = desiredCount;
  }
}
