import { once } from "node:events";
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
    // On every address too: some systems let a loopback and a general listener share a port.
    if ((await isFree(port, "127.0.0.1")) && (await isFree(port))) return port;
  }
  throw new Error(`No port from ${lowest} to ${lowest + count - 1} is free.`);
}

async function isFree(port: number, host?: string): Promise<boolean> {
  const server = createServer().listen({ port, exclusive: true, ...(host ? { host } : {}) });
  const listens = await succeeds(once(server, "listening"));
  if (listens) await once(server.close(), "close");
  return listens;
}

/** Whether somebody accepts connections at the port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await succeeds(once(socket, "connect"));
  socket.destroy();
  return connected;
}

const succeeds = (event: Promise<unknown>): Promise<boolean> =>
  event.then(
    () => true,
    () => false,
  );
