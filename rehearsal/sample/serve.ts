import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export interface Serving {
  port: number;
  /** Accepts nothing more, ends what is in flight, and is done. */
  stop(): Promise<void>;
}

/** Serves on 127.0.0.1; port 0 = a free one. */
export async function serve(app: RequestListener, port: number): Promise<Serving> {
  const server = createServer(app);
  // Longer than a load balancer keeps an idle connection (ALB: 60 s), or it sends into one that is just being closed: 502.
  server.keepAliveTimeout = 65_000;
  let stopping = false;
  server.on("request", (_, response) => {
    // A connection that was busy when the server closed would else stay open until its time-out.
    response.on("close", () => stopping && setImmediate(() => server.closeIdleConnections()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      stopping = true;
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
