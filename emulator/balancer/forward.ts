import type { IncomingMessage, ServerResponse } from "node:http";
import { createProxyServer } from "httpxy";
import type { Member } from "./targetGroup.ts";

export type Forward = (request: IncomingMessage, response: ServerResponse, target: Member) => void;

/**
 * Forwards a request once: an ALB doesn't send it again. A target that can't be reached or breaks off is a 502, one that is silent for
 * `idleTimeout` seconds of real time a 504; once the answer has begun, the connection ends.
 * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html.
 */
export function createForward(idleTimeout: number): Forward {
  const proxy = createProxyServer({ proxyTimeout: idleTimeout * 1000 });
  const late = new WeakSet<IncomingMessage>();
  proxy.on("proxyReq", (proxied, request) => proxied.once("timeout", () => late.add(request)));
  // They belong to the connection between balancer and target, not to the client's.
  proxy.on("proxyRes", ({ headers }) => {
    delete headers.connection;
    delete headers["keep-alive"];
  });

  return (request, response, { port, agent, hold }) => {
    hold(new Promise<void>((closed) => response.once("close", closed)));
    const target = { protocol: "http:", host: "127.0.0.1", port };
    proxy
      .web(request, response, { target, agent, headers: forwarded(request) })
      .catch(() => refuse(response, late.has(request) ? 504 : 502));
  };
}

const reasons = { 502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out" };

/** The balancer's own answer. */
export function refuse(response: ServerResponse, status: keyof typeof reasons): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const title = `${status} ${reasons[status]}`;
  response.writeHead(status, { server: "awselb/2.0", "content-type": "text/html" });
  response.end(`<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`);
}

/**
 * What the application is told about the way its user came: X-Forwarded-For is appended to what came, the others are set, to HTTPS's,
 * although the embedded balancer speaks plain HTTP (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html).
 */
function forwarded({ headers, socket }: IncomingMessage): Record<string, string> {
  const before = headers["x-forwarded-for"];
  const client = socket.remoteAddress ?? "127.0.0.1";
  return {
    "x-forwarded-for": before ? `${before}, ${client}` : client,
    "x-forwarded-proto": "https",
    "x-forwarded-port": "443",
  };
}
