import { Agent } from "node:http";
import type { Clock } from "../clock.ts";
import { type Health, type HealthCheck, watchHealth } from "./healthCheck.ts";

/** Where a task listens. */
export interface Target {
  host: string;
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
  /** Counts a request as in flight until the returned function is called. */
  begin(): () => void;
}

export interface TargetGroup {
  arn: string;
  /** `onHealth` is told each change of the target's health; first comes `initial`, before any probe, untold. */
  register(target: Target, onHealth: (health: Health) => void): void;
  /**
   * From now on the target gets no new request. Resolves when none is in flight or the deregistration delay is over
   * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay).
   */
  deregister(target: Target): Promise<void>;
  /** The target whose turn it is; `undefined` when none may be asked. */
  next(): Member | undefined;
  close(): void;
}

interface Registered extends Member {
  health: Health;
  inFlight: number;
  /** Called when the last request in flight has ended. */
  onIdle?: () => void;
  stopWatching: () => void;
}

export function createTargetGroup(
  clock: Clock,
  { arn, healthCheck, deregistrationDelay }: TargetGroupArgs,
): TargetGroup {
  const targets = new Map<string, Registered>();
  let turn = 0;

  return {
    arn,
    register(target, onHealth) {
      if (targets.has(key(target))) throw new Error(`${arn}: ${key(target)} is registered already.`);
      const registered = enroll(target);
      targets.set(key(target), registered);
      registered.stopWatching = watchHealth({ clock, target, healthCheck }, (health) => {
        registered.health = health;
        onHealth(health);
      });
    },
    async deregister(target) {
      const registered = targets.get(key(target));
      if (!registered) throw new Error(`${arn}: ${key(target)} isn't registered.`);
      targets.delete(key(target));
      registered.stopWatching();
      if (registered.inFlight > 0) await clock.during(() => idleOrLate(clock, registered, deregistrationDelay));
      registered.agent.destroy();
    },
    next() {
      const able = routable([...targets.values()]);
      return able[turn++ % able.length];
    },
    close() {
      for (const { stopWatching, agent } of targets.values()) {
        stopWatching();
        agent.destroy();
      }
      targets.clear();
    },
  };
}

const key = ({ host, port }: Target): string => `${host}:${port}`;

/**
 * Healthy ones; where there is none the unhealthy ones, for an ALB fails open. A target that was never healthy gets nothing.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html.
 */
function routable(targets: Registered[]): Registered[] {
  const healthy = targets.filter(({ health }) => health === "healthy");
  return healthy.length > 0 ? healthy : targets.filter(({ health }) => health === "unhealthy");
}

function enroll({ host, port }: Target): Registered {
  const registered: Registered = {
    host,
    port,
    agent: new Agent({ keepAlive: true }),
    health: "initial",
    inFlight: 0,
    stopWatching: () => {},
    begin() {
      registered.inFlight += 1;
      return () => {
        registered.inFlight -= 1;
        if (registered.inFlight === 0) registered.onIdle?.();
      };
    },
  };
  return registered;
}

/** Requests in flight are real work, so the delay passes no faster than they do. */
function idleOrLate(clock: Clock, registered: Registered, deregistrationDelay: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(clock.now() + deregistrationDelay * 1000, resolve);
    registered.onIdle = () => {
      cancel();
      resolve();
    };
  });
}
