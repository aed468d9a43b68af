import type { Balancer } from "../balancer/balancer.ts";
import type { Container, RunContainer } from "../cloud/elasticContainers.ts";
import type { Meet } from "./faults.ts";

/** The containers that run, by their port. */
type Running = Map<number, Container>;

/** `crash-at-boot`: so many tasks end with exit code 1 before they listen. */
export const faultyContainer =
  (meet: Meet, stackOf: (arn: string) => string | undefined, run: RunContainer, running: Running): RunContainer =>
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
export const crashing = (meet: Meet, running: Running, balancer: Balancer, stack: string): Balancer => ({
  ...balancer,
  register: (group, target, onHealth) =>
    balancer.register(group, target, onHealth, () => {
      if (meet("crash-after", { where: "task", name: stack, stack, victim: target }))
        void running.get(target.port)?.kill();
    }),
});
