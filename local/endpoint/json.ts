import { AwsError } from "../awsError.ts";
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
    actionOf({ "x-amz-target": target = "" }) {
      const [prefix, action] = target.split(".");
      return prefix === targetPrefix && action ? action : target;
    },
    inputOf(body) {
      const input = parsed(body);
      if (typeof input === "object" && input !== null && !Array.isArray(input)) return { ...input };
      throw new AwsError("SerializationException", "The body must be a JSON object.");
    },
    answer: (_action, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: JSON.stringify(output ?? {}),
    }),
    refuse: ({ code, message, status }, requestId) => ({
      status,
      headers: { ...headers(requestId), "x-amzn-errortype": code },
      // AWS's services spell the field both ways; its clients read either.
      body: JSON.stringify({ __type: code, message, Message: message }),
    }),
    errors: {
      unknownKey: { code: "UnrecognizedClientException", status: 400 },
      unknownAction: { code: "UnknownOperationException", status: 400 },
    },
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
