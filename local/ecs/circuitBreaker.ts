import type { Service, ServiceDeployment } from "./state.ts";

/**
 * Half the desired count, at least 3 and at most 200 failed tasks:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentCircuitBreaker.html
 */
export function circuitBreakerThreshold(service: Service): number {
  return Math.min(200, Math.max(3, Math.ceil(service.desiredCount / 2)));
}

export function circuitBreakerTripped(service: Service, deployment: ServiceDeployment): boolean {
  return service.circuitBreaker && deployment.failedTasks >= circuitBreakerThreshold(service);
}
