import type { Balancer } from "../balancer/balancer.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { Graph } from "../graph/graph.ts";
import type { Meet } from "./faults.ts";

/**
 * `slow-weights`: what ECS asks of the environment's listener rules comes into force so many seconds of cloud time later than
 * otherwise, while ECS says that traffic has moved. AWS promises no order between the two.
 * `reset-rules`: right after the production rule's n-th shift somebody puts the rules back to what the program says, as a `pulumi up`
 * that doesn't ignore their changes would. ECS neither notices nor looks before it shifts again.
 */
export const shifting = (meet: Meet, { clock, graphs }: CloudArgs, balancer: Balancer, stack: string): Balancer => ({
  ...balancer,
  setWeights(rule, weights) {
    const met = { where: "balancer", name: stack, stack };
    const shift = () => {
      balancer.setWeights(rule, weights);
      if (isProduction(graphs, rule) && meet("reset-rules", met)) balancer.resetWeights();
    };
    const slow = meet("slow-weights", met);
    if (slow) clock.at(clock.now() + slow.amount * 1000, shift);
    else shift();
  },
});

const isProduction = (graphs: readonly Graph[], rule: string): boolean =>
  graphs.some(({ resources }) => resources.some(({ name, outputs }) => name === "production" && outputs.arn === rule));
