import type { Container, RunContainer } from "../cloud/elasticContainers.ts";
import type { ArmedRule } from "./faults.ts";
import { metered } from "./metered.ts";

/**
 * `crash-at-boot`: so many tasks end with exit code 1 before they listen. `crash-after`: the first task of the environment that is
 * asked for more than so many requests (health checks apart) dies of the next one, without draining.
 */
export const faultyContainer =
  (rules: readonly ArmedRule[], stackOf: (arn: string) => string | undefined, run: RunContainer): RunContainer =>
  async (args) => {
    const here = rules.filter(({ where, name }) => where === "task" && name === stackOf(args.service));
    if (here.some((rule) => rule.fault === "crash-at-boot" && rule.strikes(rule.amount))) return crashed();
    const container = await run(args);
    const limits = here.filter(({ fault }) => fault === "crash-after");
    return limits.length === 0 ? container : metered(container, limits);
  };

function crashed(): Container {
  const exited = Promise.resolve({ exitCode: 1 });
  return { port: 0, listening: Promise.resolve(false), exited, stop: () => exited, kill: () => exited };
}
