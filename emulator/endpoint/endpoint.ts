import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type HttpResponse, plain, type Site } from "./http.ts";
import { isSigned, type ServeArgs, serve } from "./serve.ts";

export interface EndpointArgs extends ServeArgs {
  /** Answers everything that isn't a signed AWS request. */
  site: Site;
  /** 0, the default, takes any free one. */
  port?: number;
}

export type Endpoint = Awaited<ReturnType<typeof startEndpoint>>;

/** Lambda takes payloads up to 6 MB (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
const largestBody = 6 * 1024 * 1024;
const longestTarget = 8192;

/**
 * The embedded cloud's one door, on loopback: AWS's protocols for signed requests, `site` for the rest.
 * Throws one line when the port is taken.
 */
export async function startEndpoint({ site, port = 0, ...args }: EndpointArgs) {
  const server = createServer((request, response) => {
    answer(request, site, args)
      .catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        return plain(500, `A fault of the embedded cloud: ${why}`);
      })
      .then((answered) => send(response, answered));
  });
  // Longer than a client keeps an idle connection, or it would write into one that is just closing.
  server.keepAliveTimeout = 65_000;
  server.listen(port, "127.0.0.1");
  await once(server, "listening").catch((cause: Error) => {
    throw portError(port, cause);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    /** What an SDK client is given as `endpoint`. */
    origin: `http://127.0.0.1:${taken}`,
    port: taken,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(request: IncomingMessage, site: Site, args: ServeArgs): Promise<HttpResponse> {
  const target = request.url ?? "/";
  if (target.length > longestTarget) return plain(414, `The address is longer than ${longestTarget} characters.`);
  if (!target.startsWith("/")) return plain(400, "The address must be a path of this server.");
  const body = await read(request);
  if (!body) return plain(413, `The body is larger than ${largestBody} bytes.`);
  const headers = flat(request);
  if (isSigned(headers)) return serve(args, headers, new TextDecoder().decode(body));
  const [path = "/", ...query] = target.split("?");
  const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
  return site({ method: request.method ?? "GET", path, query: query.join("?"), headers, body, sourceIp });
}

/** The body; `undefined` once it is larger than allowed (the rest is read and dropped, so that the answer arrives). */
async function read(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  return size <= largestBody ? Buffer.concat(chunks) : undefined;
}

const flat = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(name === "cookie" ? "; " : ",")]),
  );

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, "content-length": bytes.length });
  response.end(bytes);
}

function portError(port: number, cause: Error): Error {
  const why = "code" in cause && cause.code === "EADDRINUSE" ? "is already in use" : `can't be used (${cause.message})`;
  return new Error(`port: ${port} on 127.0.0.1 ${why}; choose another, or leave it out for a free one.`, { cause });
}
