import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";

export interface TestServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

/** An HTTP server on a free port. */
export async function listen(app: RequestListener): Promise<TestServer> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Connects to a port; `closed` resolves when the other side is gone, however it went. Rejects when nobody listens. */
export function hold(port: number): Promise<{ closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise<void>((gone) => socket.once("close", () => gone()));
    socket.once("connect", () => resolve({ closed })).on("error", reject);
    socket.resume();
  });
}
