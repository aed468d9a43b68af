import { connect, createServer } from "node:net";

/** Below the ports that Linux (32768 up) and macOS (49152 up) hand out to outgoing connections, which could take the port before the task does. */
const lowest = 20_000;
const count = 10_000;
let next = process.pid % count;

/** A port that nobody listens on, and that this process hasn't given out lately. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < count; tried += 1) {
    const port = lowest + next;
    next = (next + 1) % count;
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${lowest} to ${lowest + count - 1} is free.`);
}

/** Whether somebody accepts connections at the port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Asked on every address: some systems let a loopback and a general listener share a port. */
async function isFree(port: number): Promise<boolean> {
  return (await listens(port, "127.0.0.1")) && (await listens(port));
}

function listens(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true, ...(host ? { host } : {}) }, () => server.close(() => resolve(true)));
  });
}
