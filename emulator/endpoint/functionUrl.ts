import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { type HttpRequest, type HttpResponse, plain } from "./http.ts";

/**
 * What a function URL gives its function: payload format 2.0, https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html.
 * `now`: cloud time in milliseconds since 1970.
 */
export function functionUrlEvent({ method, path, query, headers, body, sourceIp }: HttpRequest, now: number) {
  const { cookie, ...others } = headers;
  const { host: domainName = "localhost", "user-agent": userAgent = "", "content-type": type = "" } = headers;
  const parameters = new URLSearchParams(query);
  const values = [...parameters.keys()].map((name) => [name, parameters.getAll(name).join(",")]);
  const [apiId = ""] = domainName.split(".");
  const routeKey = "$default";
  // A browser's form (application/x-www-form-urlencoded) isn't text.
  const isText = /^(text\/|application\/(.+\+)?(json|xml|javascript)\b)/i.test(type);
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie ? { cookies: cookie.split("; ") } : {}),
    headers: { ...others, "x-forwarded-for": sourceIp, "x-forwarded-proto": "http" },
    ...(query ? { queryStringParameters: Object.fromEntries(values) } : {}),
    requestContext: {
      accountId: "anonymous",
      apiId,
      domainName,
      domainPrefix: apiId,
      http: { method, path, protocol: "HTTP/1.1", sourceIp, userAgent },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: commonLogTime(now),
      timeEpoch: now,
    },
    ...(body.length > 0 ? { body: Buffer.from(body).toString(isText ? "utf8" : "base64") } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** `23/Nov/2026:10:15:00 +0000`. */
function commonLogTime(now: number): string {
  const [, day, month, year, time] = new Date(now).toUTCString().split(" ");
  return `${day}/${month}/${year}:${time} +0000`;
}

/** The answer to whoever may not call it. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
export const functionUrlForbidden: HttpResponse = {
  status: 403,
  headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
  body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
};

/** What the function's result means as HTTP; without `statusCode` the whole result is a 200's JSON body. A failed function is a 502. */
export function functionUrlResponse(result: { payload: unknown } | { error: unknown }): HttpResponse {
  if ("error" in result) return plain(502, "Internal Server Error");
  const json = { "content-type": "application/json" };
  const { payload } = result;
  if (typeof payload !== "object" || payload === null || !("statusCode" in payload))
    return { status: 200, headers: json, body: typeof payload === "string" ? payload : JSON.stringify(payload) };
  const shaped = v.safeParse(response, payload);
  if (!shaped.success) return plain(502, "Internal Server Error");
  const { statusCode: status, headers, cookies, body, isBase64Encoded } = shaped.output;
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status,
    headers: { ...json, ...Object.fromEntries(named), ...(cookies ? { "set-cookie": cookies } : {}) },
    body: isBase64Encoded ? Buffer.from(body, "base64") : body,
  };
}

const response = v.object({
  statusCode: v.number(),
  headers: v.optional(v.record(v.string(), v.unknown()), {}),
  cookies: v.optional(v.array(v.string())),
  body: v.optional(v.string(), ""),
  isBase64Encoded: v.optional(v.boolean(), false),
});
