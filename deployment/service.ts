import type { Service } from "@aws-sdk/client-ecs";
import { call, type Plan } from "./plan.ts";
import type { Settings } from "./settings.ts";

/** The service as ECS describes it now. Throws when there is none. */
export function* describeService({ CLUSTER, SERVICE }: Settings): Plan<Service> {
  const { services, failures } = yield* call("DescribeServices", { cluster: CLUSTER, services: [SERVICE] });
  const service = services?.[0];
  if (service) return service;
  throw new Error(
    `deployment: there is no service ${SERVICE} in cluster ${CLUSTER} (${failures?.[0]?.reason ?? "not found"})`,
  );
}

/** Asks ECS for this task definition. ECS starts no deployment if the service has it already. */
export function* updateService(settings: Settings, service: Service, taskDefinition: string): Plan<void> {
  yield* call("UpdateService", {
    cluster: settings.CLUSTER,
    service: settings.SERVICE,
    taskDefinition,
    // Only the first release brings tasks; later the count belongs to whoever scales the service.
    ...(service.desiredCount === 0 ? { desiredCount: settings.TASKS } : {}),
  });
}
