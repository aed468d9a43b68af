import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.ts";
import { createForward, refuse } from "./forward.ts";
import type { Health } from "./healthCheck.ts";
import { createRules, type Rule, type Weights } from "./rules.ts";
import { createTargetGroup, type Target, type TargetGroup, type TargetGroupArgs } from "./targetGroup.ts";

export interface BalancerArgs {
  clock: Clock;
  /** Seconds without a byte from a target before the request has failed, real time. */
  idleTimeout: number;
  rules: readonly Rule[];
  targetGroups: readonly TargetGroupArgs[];
}

/** One environment's application load balancer. Unknown ARNs and targets throw. */
export interface Balancer {
  /** Where users reach the environment: `http://127.0.0.1:<port>`. */
  origin: string;
  setWeights(ruleArn: string, weights: Weights): void;
  /** All weights as they were at the start. */
  resetWeights(): void;
  /**
   * `onHealth` hears each change of the target's health; it begins as `initial`, before any probe, untold. `onRequest` hears of each
   * request that the target is about to get; a probe is none.
   */
  register(targetGroupArn: string, target: Target, onHealth: (health: Health) => void, onRequest?: () => void): void;
  /** No new request from now on; resolves when none is in flight or the group's deregistration delay is over. */
  deregister(targetGroupArn: string, target: Target): Promise<void>;
  close(): Promise<void>;
}

/** Starts a balancer on a free port of loopback. A request that finds no rule, weight or target gets a 503. */
export async function startBalancer({ clock, idleTimeout, ...args }: BalancerArgs): Promise<Balancer> {
  const groups = new Map(args.targetGroups.map((group) => [group.arn, createTargetGroup(clock, group)]));
  const rules = createRules(args.rules, [...groups.keys()]);
  const forward = createForward(idleTimeout);

  const server = createServer((request, response) => {
    const target = groups.get(rules.choose(request.headers) ?? "")?.next();
    if (target) forward(request, response, target);
    else refuse(response, 503);
  });
  server.keepAliveTimeout = idleTimeout * 1000;
  await once(server.listen(0, "127.0.0.1"), "listening");

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    setWeights: rules.setWeights,
    resetWeights: rules.resetWeights,
    register: (arn, ...args) => groupOf(groups, arn).register(...args),
    deregister: (arn, target) => groupOf(groups, arn).deregister(target),
    async close() {
      for (const group of groups.values()) group.close();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function groupOf(groups: ReadonlyMap<string, TargetGroup>, arn: string): TargetGroup {
  const group = groups.get(arn);
  if (!group) throw new Error(`There is no target group ${arn}; there are ${[...groups.keys()].join(", ")}.`);
  return group;
}
