import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createProxyServer } from "httpxy";
import type { Container } from "../cloud/elasticContainers.ts";
import type { ArmedRule } from "./faults.ts";

/** A container behind a meter that counts its requests, and crashes it by the first rule whose number is passed. */
export async function metered(container: Container, limits: readonly ArmedRule[]): Promise<Container> {
  const proxy = createProxyServer({});
  let served = 0;
  const server = createServer((request, response) => {
    if (limits[0]?.begun() && !request.headers["user-agent"]?.startsWith("ELB-HealthChecker/")) served += 1;
    if (limits.some((rule) => served > rule.amount && rule.strikes(1))) return crash();
    const target = { protocol: "http:", host: "127.0.0.1", port: container.port };
    proxy.web(request, response, { target }).catch(() => response.destroy());
  });
  // Longer than the balancer keeps an idle connection, or it would write into one that is just closing.
  server.keepAliveTimeout = 65_000;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const crash = () => {
    close();
    void container.kill();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  void container.exited.then(close);
  return { ...container, port: (server.address() as AddressInfo).port };
}
