import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createProxyServer } from "httpxy";
import type { Container, RunContainer } from "../cloud/elasticContainers.ts";
import type { Meet } from "./faults.ts";
import type { Rule } from "./rule.ts";

/**
 * `crash-at-boot`: so many tasks end with exit code 1 before they listen. `crash-after`: the first task of the environment that is
 * asked for more than so many requests (health checks apart) dies of the next one, without draining.
 */
export const faultyContainer = (
  rules: readonly Rule[],
  meet: Meet,
  stackOf: (arn: string) => string | undefined,
  run: RunContainer,
): RunContainer => {
  let tasks = 0;
  return async (args) => {
    tasks += 1;
    const stack = stackOf(args.service) ?? "";
    const met = { where: "task", name: stack, stack, victim: tasks };
    if (meet("crash-at-boot", met)) return crashed();
    const container = await run(args);
    const isDoomed = rules.some(({ fault, name }) => fault === "crash-after" && name === stack);
    return isDoomed ? metered(container, () => meet("crash-after", met) !== undefined) : container;
  };
};

function crashed(): Container {
  const exited = Promise.resolve({ exitCode: 1 });
  return { port: 0, listening: Promise.resolve(false), exited, stop: () => exited, kill: () => exited };
}

/** A container behind a meter that tells of each request (health checks apart), and crashes the container when it is told to. */
async function metered(container: Container, crashesNow: () => boolean): Promise<Container> {
  const proxy = createProxyServer({});
  const server = createServer((request, response) => {
    if (!request.headers["user-agent"]?.startsWith("ELB-HealthChecker/") && crashesNow()) {
      close();
      void container.kill();
      return;
    }
    const target = { protocol: "http:", host: "127.0.0.1", port: container.port };
    proxy.web(request, response, { target }).catch(() => response.destroy());
  });
  // Longer than the balancer keeps an idle connection, or it would write into one that is just closing.
  server.keepAliveTimeout = 65_000;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  void container.exited.then(close);
  return { ...container, port: (server.address() as AddressInfo).port };
}
