import type { HttpResponse } from "../../emulator/endpoint/http.ts";
import { isSigned, type ServeArgs, serve } from "../../emulator/endpoint/serve.ts";

/** The part of an SDK client's HTTP request that the protocols need. */
interface SdkRequest {
  headers: Record<string, string>;
  body?: unknown;
}

interface SdkResponse {
  response: { statusCode: number; headers: HttpResponse["headers"]; body: Uint8Array };
}

/**
 * A `requestHandler` for an unmodified SDK client that serves it in this process, by the same protocols and without a socket: for
 * tests on virtual time. `new ECSClient({ requestHandler: inProcess({ call, callers }), endpoint, region, credentials })`.
 */
export function inProcess(args: ServeArgs): { handle(request: SdkRequest): Promise<SdkResponse> } {
  return {
    async handle({ headers, body }) {
      const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      if (!isSigned(lowerCase)) throw new Error("inProcess: the client sent an unsigned request; give it credentials.");
      const answer = await serve(args, lowerCase, text(body));
      return { response: { statusCode: answer.status, headers: answer.headers, body: Buffer.from(answer.body) } };
    },
  };
}

function text(body: unknown): string {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  throw new Error("inProcess: the body must be text or bytes; streams aren't served.");
}
