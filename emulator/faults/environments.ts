import type { Balancer } from "../balancer/balancer.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { Container, RunContainer } from "../cloud/elasticContainers.ts";
import type { Graph } from "../graph/graph.ts";
import type { Meet, StackOf } from "./meet.ts";

/** What goes wrong with an environment's tasks and its load balancer. */
export function faultyEnvironments(
  meet: Meet,
  stackOf: StackOf,
  args: CloudArgs,
): Pick<CloudArgs, "aroundBalancer" | "runContainer"> {
  const running: Running = new Map();
  return {
    aroundBalancer(balancer, stack) {
      const around = args.aroundBalancer?.(balancer, stack) ?? balancer;
      return crashing(meet, running, shifting(meet, args, around, stack), stack);
    },
    runContainer: faultyContainer(meet, stackOf, args.runContainer, running),
  };
}

/** The containers that run, by their port. */
type Running = Map<number, Container>;

/** `crash-at-boot`: so many tasks end with exit code 1 before they listen. */
const faultyContainer =
  (meet: Meet, stackOf: StackOf, run: RunContainer, running: Running): RunContainer =>
  async (args) => {
    const stack = stackOf(args.service) ?? "";
    if (meet("crash-at-boot", { where: "task", name: stack, stack })) {
      const exited = Promise.resolve({ exitCode: 1 });
      return { port: 0, listening: Promise.resolve(false), exited, stop: () => exited, kill: () => exited };
    }
    const container = await run(args);
    running.set(container.port, container);
    return container;
  };

/**
 * `crash-after`: the first task of the environment that is asked for more than so many requests (health checks apart) dies of the
 * next one, without draining.
 */
const crashing = (meet: Meet, running: Running, balancer: Balancer, stack: string): Balancer => ({
  ...balancer,
  register: (group, target, onHealth) =>
    balancer.register(group, target, onHealth, () => {
      if (meet("crash-after", { where: "task", name: stack, stack, victim: target }))
        void running.get(target.port)?.kill();
    }),
});

/**
 * `slow-weights`: what ECS asks of the environment's listener rules comes into force so many seconds of cloud time later than
 * otherwise, while ECS says that traffic has moved. AWS promises no order between the two.
 * `reset-rules`: right after the production rule's n-th shift somebody puts the rules back to what the program says, as a `pulumi up`
 * that doesn't ignore their changes would. ECS neither notices nor looks before it shifts again.
 */
const shifting = (meet: Meet, { clock, graphs }: CloudArgs, balancer: Balancer, stack: string): Balancer => ({
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
