import { randomUUID } from "node:crypto";
import { plain, type SiteRequest, type SiteResponse } from "./site.ts";

/** The event that a function URL gives its function: payload format 2.0, https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html. */
export interface FunctionUrlEvent {
  version: "2.0";
  routeKey: "$default";
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  headers: Record<string, string>;
  queryStringParameters?: Record<string, string>;
  requestContext: {
    accountId: "anonymous";
    apiId: string;
    domainName: string;
    domainPrefix: string;
    http: { method: string; path: string; protocol: "HTTP/1.1"; sourceIp: string; userAgent: string };
    requestId: string;
    routeKey: "$default";
    stage: "$default";
    time: string;
    /** Milliseconds since 1970, cloud time. */
    timeEpoch: number;
  };
  body?: string;
  isBase64Encoded: boolean;
}

/** `now`: cloud time in milliseconds. */
export function functionUrlEvent(request: SiteRequest, now: number): FunctionUrlEvent {
  const { cookie, ...headers } = request.headers;
  const domainName = headers.host ?? "localhost";
  const parameters = grouped(new URLSearchParams(request.query));
  const apiId = domainName.split(".")[0] ?? domainName;
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: request.path,
    rawQueryString: request.query,
    ...(cookie ? { cookies: cookie.split("; ") } : {}),
    headers: { ...headers, "x-forwarded-for": request.sourceIp, "x-forwarded-proto": "http" },
    ...(request.query ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: "anonymous",
      apiId,
      domainName,
      domainPrefix: apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: "HTTP/1.1",
        sourceIp: request.sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now,
    },
    ...bodyOf(request),
  };
}

/** The answer to whoever may not call it. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
export const functionUrlForbidden: SiteResponse = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
  body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
};

/** What the function's result means as HTTP; without `statusCode` the whole result is a 200's JSON body. A failed function is a 502. */
export function functionUrlResponse(result: { payload: unknown } | { error: unknown }): SiteResponse {
  if ("error" in result) return plain(502, "Internal Server Error");
  const { payload } = result;
  if (!isRecord(payload) || typeof payload.statusCode !== "number")
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: typeof payload === "string" ? payload : JSON.stringify(payload),
    };
  const body = typeof payload.body === "string" ? payload.body : "";
  return {
    status: payload.statusCode,
    headers: {
      "content-type": "application/json",
      ...texts(payload.headers),
      ...(Array.isArray(payload.cookies) ? { "set-cookie": payload.cookies.map(String) } : {}),
    },
    body: payload.isBase64Encoded === true ? Buffer.from(body, "base64") : body,
  };
}

/** Text types arrive as text, everything else in base64: a browser's form (`application/x-www-form-urlencoded`) too. */
function bodyOf({ body, headers }: SiteRequest): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = /^(text\/|application\/(.+\+)?(json|xml|javascript)\b)/i.test(headers["content-type"] ?? "");
  return { body: Buffer.from(body).toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

function grouped(parameters: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(",")]));
}

/** `23/Nov/2026:10:15:00 +0000`. */
function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const texts = (headers: unknown): Record<string, string> =>
  isRecord(headers)
    ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
    : {};
