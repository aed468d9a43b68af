import type { LambdaEvent } from "hono/aws-lambda";

/** What a person or an attacker puts into the form, and into the request around it. */
export interface Fill {
  commit?: string;
  reason?: string;
  /** Headers that differ from those of the page's own form; `undefined` leaves one out. */
  headers?: Record<string, string | undefined>;
}

interface Asked {
  host: string;
  now: number;
  link: string;
}

/** A browser's request as a function URL passes it on. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
export const pageEvent = ({ method, ...asked }: Asked & { method: string }): LambdaEvent => event(asked, method, {});

export function formEvent({
  fields,
  fill,
  ...asked
}: Asked & { fields: Record<string, string>; fill: Fill }): LambdaEvent {
  const { headers, ...typed } = fill;
  return event(
    asked,
    "POST",
    {
      "content-type": "application/x-www-form-urlencoded",
      origin: `https://${asked.host}`,
      "sec-fetch-site": "same-origin",
      ...headers,
    },
    new URLSearchParams({ ...fields, ...typed }).toString(),
  );
}

/** The hidden fields of a page's form: what a browser would send along. */
export function hiddenFields(page: string): Record<string, string> {
  const fields = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name = "", value = ""]) => [name, value]));
}

const event = (
  { host, now, link }: Asked,
  method: string,
  headers: Record<string, string | undefined>,
  body?: string,
): LambdaEvent => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: link,
  rawQueryString: "",
  headers: { host, "x-forwarded-proto": "https", ...headers },
  body: body === undefined ? null : Buffer.from(body).toString("base64"),
  isBase64Encoded: body !== undefined,
  requestContext: {
    accountId: "anonymous",
    apiId: "approve",
    authentication: null,
    authorizer: {},
    domainName: host,
    domainPrefix: "approve",
    http: { method, path: link, protocol: "HTTP/1.1", sourceIp: "192.0.2.7", userAgent: "test" },
    requestId: "1",
    routeKey: "$default",
    stage: "$default",
    time: new Date(now).toISOString(),
    timeEpoch: now,
  },
});
