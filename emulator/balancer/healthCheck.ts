import { request } from "node:http";
import type { Clock } from "../clock.ts";

/** `initial` until the first verdict; a target that never was healthy gets no request. */
export type Health = "initial" | "healthy" | "unhealthy";

/** As in a target group: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html. */
export interface HealthCheck {
  path: string;
  /** Seconds between the starts of two probes, cloud time. */
  interval: number;
  /** Seconds until a probe without an answer has failed, real time. */
  timeout: number;
  /** Successes in a row that make an unhealthy target healthy. The first success of a new target is enough. */
  healthyThreshold: number;
  /** Failures in a row that make a target unhealthy. */
  unhealthyThreshold: number;
  /** The status that counts as success; of the lists and ranges that AWS knows, none is imitated. */
  matcher: string;
}

/** Probes the port at once and then at each interval, and tells each change of its health. The returned function stops it. */
export function watchHealth(
  clock: Clock,
  port: number,
  healthCheck: HealthCheck,
  onHealth: (health: Health) => void,
): () => void {
  const { matcher, interval } = healthCheck;
  if (!/^\d{3}$/.test(matcher)) throw new Error(`healthCheck.matcher must be one status, such as 200, not ${matcher}.`);
  let health: Health = "initial";
  let streak = { passed: false, length: 0 };
  let watching = true;
  let cancel = () => {};

  const round = async () => {
    const startedAt = clock.now();
    const passed = (await clock.during(() => probe(port, healthCheck))) === Number(matcher);
    if (!watching) return;
    cancel = clock.at(startedAt + interval * 1000, round);
    streak = { passed, length: passed === streak.passed ? streak.length + 1 : 1 };
    const next = judge(health, streak, healthCheck);
    if (next === health) return;
    health = next;
    onHealth(health);
  };
  void round();

  return () => {
    watching = false;
    cancel();
  };
}

function judge(health: Health, { passed, length }: { passed: boolean; length: number }, check: HealthCheck): Health {
  if (passed) return health === "initial" || length >= check.healthyThreshold ? "healthy" : health;
  return length >= check.unhealthyThreshold ? "unhealthy" : health;
}

/** The status that came back; 0 when none did. Each probe has a connection of its own, as an ALB's has. */
function probe(port: number, { path, timeout }: HealthCheck): Promise<number> {
  return new Promise((resolve) => {
    const headers = { "user-agent": "ELB-HealthChecker/2.0", connection: "close" };
    const signal = AbortSignal.timeout(timeout * 1000);
    request({ host: "127.0.0.1", port, path, headers, agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", () => resolve(0))
      .end();
  });
}
