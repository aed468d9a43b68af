import type { Protocol } from "./protocol.ts";

/**
 * AWS's JSON protocols: the action stands in `X-Amz-Target`, input and output are JSON with dates as epoch seconds and bytes as
 * base64. Sources: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html and …/aws-json-1_1-protocol.html.
 */
export function jsonProtocol(version: "1.0" | "1.1", targetPrefix: string): Protocol {
  const headers = (requestId: string) => ({
    "content-type": `application/x-amz-json-${version}`,
    "x-amzn-requestid": requestId,
  });
  return {
    actionOf: ({ headers }) => {
      const [prefix, action] = (headers["x-amz-target"] ?? "").split(".");
      return prefix === targetPrefix ? action : undefined;
    },
    parse: (body) => {
      const input: unknown = JSON.parse(body);
      if (typeof input !== "object" || input === null || Array.isArray(input))
        throw new SyntaxError("The body must be a JSON object.");
      return { ...input };
    },
    answer: (_action, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: JSON.stringify(output ?? {}, wireValue),
    }),
    refuse: ({ code, message, status }, requestId) => ({
      status,
      headers: { ...headers(requestId), "x-amzn-errortype": code },
      // AWS's services spell the field both ways; its clients read either.
      body: JSON.stringify({ __type: code, message, Message: message }),
    }),
  };
}

/** JSON.stringify calls `toJSON` before the replacer: the untouched value is read from the holder. */
function wireValue(this: unknown, key: string, value: unknown): unknown {
  const held = (this as Record<string, unknown>)[key];
  if (held instanceof Date) return held.getTime() / 1000;
  if (held instanceof Uint8Array) return Buffer.from(held).toString("base64");
  return value;
}
