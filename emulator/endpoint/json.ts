import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Protocol } from "./http.ts";

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
      const parsed = v.safeParse(jsonObject, body);
      if (parsed.success) return parsed.output;
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
    unknownKey: (message) => new AwsError("UnrecognizedClientException", message),
    unknownAction: (message) => new AwsError("UnknownOperationException", message),
  };
}

const jsonObject = v.pipe(
  v.string(),
  v.parseJson(),
  v.check((value) => !Array.isArray(value)),
  v.looseObject({}),
);
