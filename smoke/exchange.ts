import type { Clock } from "./clock.ts";
import { CheckFailed, describeError, NotJudged } from "./outcome.ts";

/** Where requests go, and how. */
export interface Target {
  /** Exact origin; nothing else is ever asked. */
  origin: string;
  /** Sent with every request: the test header, or nothing. */
  headers: Readonly<Record<string, string>>;
  fetch: typeof fetch;
  clock: Clock;
  /** Time of the clock when everything must be over. */
  deadline: number;
}

/** One request. The methods are all there are: nothing here can write but a sign-in. */
export type Request =
  | { method: "GET" | "HEAD"; path: string; authorization?: string }
  | { method: "POST"; path: "/auth/sign-in"; body: { email: string; password: string } };

export interface HttpAnswer {
  /** `GET /orders`: for messages. */
  request: string;
  status: number;
  /** The release that answered: `x-greengate-release`; `null` = something before the application did, such as the load balancer. */
  release: string | null;
  /** Parsed where it is JSON, else text. */
  body: unknown;
}

/** No connection, or it broke: worth another try. */
export class Disconnected extends NotJudged {}

/** Milliseconds for a request; one that hangs longer has failed. */
const patience = 5_000;

/**
 * Sends one request and reads the whole answer. Throws Disconnected, CheckFailed (no answer in 5 s, a redirect)
 * or NotJudged (another origin, the deadline).
 */
export async function exchange(target: Target, request: Request): Promise<HttpAnswer> {
  const what = `${request.method} ${request.path}`;
  const url = inOrigin(target.origin, request.path);
  const left = target.deadline - target.clock.now();
  if (left <= 0) throw new NotJudged(`${what}: the smoke's time is over`);
  const timeout = new AbortController();
  const limit = Math.min(patience, left);
  void target.clock.sleep(limit).then(() => timeout.abort());
  try {
    const response = await target.fetch(url, {
      ...options(target, request),
      // A redirect could lead a sign-in elsewhere: it comes back as it is, and is refused below.
      redirect: "manual",
      signal: timeout.signal,
    });
    const body = await response.text();
    if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400))
      throw new CheckFailed(`${what} redirects (${response.status}): an answer must come from ${target.origin} itself`);
    return {
      request: what,
      status: response.status,
      release: response.headers.get("x-greengate-release"),
      body: parseBody(body),
    };
  } catch (error) {
    if (error instanceof CheckFailed) throw error;
    if (!timeout.signal.aborted) throw new Disconnected(`${what}: no connection (${describeError(error)})`);
    if (limit < patience) throw new NotJudged(`${what}: the smoke's time was over before an answer came`);
    throw new CheckFailed(`${what}: no answer within ${patience / 1000} s`);
  }
}

/** A kept-alive connection may lead to the old colour, or be dead after the Lambda slept: each request opens its own. */
function options(target: Target, request: Request): RequestInit {
  const headers = { ...target.headers, connection: "close" };
  if (request.method === "POST")
    return {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(request.body),
    };
  const { method, authorization } = request;
  return { method, headers: authorization === undefined ? headers : { ...headers, authorization } };
}

/** `//elsewhere/x` is a path to JavaScript and another host to a URL. */
function inOrigin(origin: string, path: string): URL {
  const url = URL.canParse(path, origin) ? new URL(path, origin) : undefined;
  if (!path.startsWith("/") || url?.origin !== origin)
    throw new NotJudged(`a check asked for ${path}: only paths of ${origin} may be asked, such as /health`);
  return url;
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
