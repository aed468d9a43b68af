import type { Balancer } from "../balancer/balancer.ts";
import type { Clock } from "../clock.ts";
import type { ArmedRule } from "./faults.ts";

/**
 * `slow-weights`: what ECS asks of the environment's listener rules comes into force so many seconds of cloud time later than
 * otherwise, while ECS says that traffic has moved. AWS promises no order between the two.
 */
export const faultyBalancer =
  (rules: readonly ArmedRule[], clock: Clock) =>
  (balancer: Balancer, stack: string): Balancer => ({
    ...balancer,
    setWeights(rule, weights) {
      const slow = rules.filter(
        ({ fault, name, strikes }) => fault === "slow-weights" && name === stack && strikes(Number.POSITIVE_INFINITY),
      );
      const seconds = slow.reduce((sum, { amount }) => sum + amount, 0);
      if (seconds === 0) balancer.setWeights(rule, weights);
      else clock.at(clock.now() + seconds * 1000, () => balancer.setWeights(rule, weights));
    },
  });
