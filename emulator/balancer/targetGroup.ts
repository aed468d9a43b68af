import { Agent } from "node:http";
import type { Clock } from "../clock.ts";
import { type Health, type HealthCheck, watchHealth } from "./healthCheck.ts";

/** A task, which listens on 127.0.0.1. */
export interface Target {
  port: number;
}

export interface TargetGroupArgs {
  arn: string;
  healthCheck: HealthCheck;
  /** Seconds, cloud time. */
  deregistrationDelay: number;
}

/** A registered target as the forwarder sees it. */
export interface Member extends Target {
  /** Kept-alive connections of this target alone, so that they end with it. */
  agent: Agent;
  /** Counts a request as in flight until then. */
  hold(ended: Promise<void>): void;
}

export type TargetGroup = ReturnType<typeof createTargetGroup>;

interface Registered extends Member {
  health: Health;
  inFlight: Set<Promise<void>>;
  stopWatching(): void;
}

/** What a Balancer does with one of its groups. */
export function createTargetGroup(clock: Clock, { arn, healthCheck, deregistrationDelay }: TargetGroupArgs) {
  const targets = new Map<number, Registered>();
  let turn = 0;

  return {
    register(target: Target, onHealth: (health: Health) => void, onRequest: () => void = () => {}): void {
      if (targets.has(target.port)) throw new Error(`${arn}: port ${target.port} is registered already.`);
      const inFlight: Registered["inFlight"] = new Set();
      const registered: Registered = {
        ...target,
        agent: new Agent({ keepAlive: true }),
        health: "initial",
        inFlight,
        hold(ended) {
          onRequest();
          inFlight.add(ended);
          void ended.then(() => inFlight.delete(ended));
        },
        stopWatching: watchHealth(clock, target.port, healthCheck, (health) => {
          registered.health = health;
          onHealth(health);
        }),
      };
      targets.set(target.port, registered);
    },
    /** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay */
    async deregister(target: Target): Promise<void> {
      const registered = targets.get(target.port);
      if (!registered) throw new Error(`${arn}: port ${target.port} isn't registered.`);
      const { agent, inFlight, stopWatching } = registered;
      targets.delete(target.port);
      stopWatching();
      // Requests in flight are real work, so the delay passes no faster than they do.
      const drained = () => Promise.race([Promise.all(inFlight), clock.sleep(deregistrationDelay * 1000)]);
      if (inFlight.size > 0) await clock.during(drained);
      agent.destroy();
    },
    /** The target whose turn it is; `undefined` when none may be asked. */
    next(): Member | undefined {
      const able = routable([...targets.values()]);
      return able[turn++ % able.length];
    },
    close(): void {
      for (const { stopWatching, agent } of targets.values()) {
        stopWatching();
        agent.destroy();
      }
      targets.clear();
    },
  };
}

/**
 * Healthy ones; where there is none the unhealthy ones, for an ALB fails open. A target that was never healthy gets nothing.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html.
 */
function routable(targets: Registered[]): Registered[] {
  const healthy = targets.filter(({ health }) => health === "healthy");
  return healthy.length > 0 ? healthy : targets.filter(({ health }) => health === "unhealthy");
}
