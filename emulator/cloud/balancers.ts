import { type Balancer, startBalancer } from "../balancer/balancer.ts";
import type { Clock } from "../clock.ts";
import type { Graph } from "../graph/graph.ts";
import { balancerOf, functionsOf } from "./account.ts";

export interface BalancersArgs {
  clock: Clock;
  graphs: readonly Graph[];
  /** Stands between ECS and a stack's balancer. */
  aroundBalancer?: ((balancer: Balancer, stack: string) => Balancer) | undefined;
}

/** Starts each stack's load balancer. */
export async function startBalancers({ clock, graphs, aroundBalancer }: BalancersArgs) {
  const byStack: Record<string, Balancer> = {};
  const byArn = new Map<string, Balancer>();
  const hosts: Record<string, string> = {};
  for (const graph of graphs) {
    const described = balancerOf(graph);
    const balancer = await startBalancer({ clock, ...described });
    byStack[graph.stack] = balancer;
    const forEcs = aroundBalancer?.(balancer, graph.stack) ?? balancer;
    for (const { arn } of [...described.rules, ...described.targetGroups]) byArn.set(arn, forEcs);
    for (const { environment } of functionsOf(graph))
      if (environment.ADDRESS) hosts[environment.ADDRESS] = balancer.origin;
  }
  return {
    /** Stack → its balancer as whoever changes the rules by hand meets it. */
    byStack: byStack as Readonly<typeof byStack>,
    /** The embedded cloud's DNS: an environment's public address → its balancer's. */
    hosts,
    /** The balancer of a target group or a rule, as ECS meets it. */
    ofArn(arn: string): Balancer {
      const balancer = byArn.get(arn);
      if (!balancer) throw new Error(`No load balancer has ${arn}.`);
      return balancer;
    },
    async close(): Promise<void> {
      await Promise.all(Object.values(byStack).map((balancer) => balancer.close()));
    },
  };
}
