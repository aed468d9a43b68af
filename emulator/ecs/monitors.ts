import { canTurnBack } from "./deployment.ts";
import type { Happened } from "./events.ts";
import { activeAlarms, circuitBreakerExceeded } from "./reasons.ts";
import type { Service, ServiceDeployment } from "./state.ts";
import type { Work } from "./work.ts";

/**
 * What watches a new deployment. If one of its alarms is in ALARM already, ECS ignores them all for the whole of it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html. [unverified]: that it then shows DISABLED.
 */
export function monitorsOf(
  { state }: Work,
  service: Service,
): Pick<ServiceDeployment, "alarms" | "deploymentCircuitBreaker"> {
  const { alarms, deploymentCircuitBreaker: breaker } = service.deploymentConfiguration;
  const { alarmNames } = alarms;
  const watched = alarms.enable && !alarmNames.some((name) => state.alarms.includes(name));
  const threshold = thresholdOf(service);
  return {
    alarms: { status: watched ? "MONITORING" : "DISABLED", alarmNames, triggeredAlarmNames: [] },
    deploymentCircuitBreaker: { status: breaker.enable ? "MONITORING" : "DISABLED", failureCount: 0, threshold },
  };
}

export function alarmChanged(work: Work, { name, state }: Happened<"alarm">): void {
  const others = work.state.alarms.filter((each) => each !== name);
  work.state.alarms = state === "ALARM" ? [...others, name] : others;
  if (state !== "ALARM") return;
  for (const { alarms, own } of Object.values(work.state.deployments).filter(canTurnBack)) {
    if (alarms.status === "DISABLED" || !alarms.alarmNames.includes(name)) continue;
    alarms.status = "TRIGGERED";
    alarms.triggeredAlarmNames.push(name);
    own.failure = activeAlarms;
  }
}

/** A task of the new revision ended, or was given up, before it was healthy. */
export function countFailure(service: Service, { deploymentCircuitBreaker: breaker, own }: ServiceDeployment): void {
  breaker.failureCount += 1;
  breaker.threshold = thresholdOf(service);
  if (breaker.status !== "MONITORING" || breaker.failureCount < breaker.threshold) return;
  breaker.status = "TRIGGERED";
  own.failure = circuitBreakerExceeded;
}

/**
 * Half the desired count, at least 3 and at most 200 failed tasks:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeploymentCircuitBreaker.html
 */
const thresholdOf = ({ desiredCount }: Service): number => Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
