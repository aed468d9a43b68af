import { AwsError } from "../awsError.ts";
import type { HttpRequest, HttpResponse, Refusing } from "./http.ts";
import { jsonProtocol } from "./json.ts";
import { queryProtocol, xml } from "./query.ts";

/**
 * How to refuse whoever calls a service that isn't there, so that its client can read why: in the protocol that the request is of. A
 * REST request doesn't show which of the two it is, the service's name does: https://smithy.io/2.0/aws/protocols/index.html.
 */
export function unknownService(signedFor: string, { "content-type": type = "" }: HttpRequest["headers"]): Refusing {
  const [, version] = /^application\/x-amz-json-(1\.[01])/.exec(type) ?? [];
  if (version === "1.0" || version === "1.1") return jsonProtocol(version, "");
  if (type.startsWith("application/x-www-form-urlencoded")) return signedFor === "ec2" ? ec2 : queryProtocol("");
  if (signedFor === "s3") return s3;
  return restXml.includes(signedFor) ? queryProtocol("") : jsonProtocol("1.1", "");
}

/** Their errors look like the Query protocol's. */
const restXml = ["cloudfront", "route53"];

const unknownAction = (message: string) => new AwsError("InvalidAction", message);
const inXml = (status: number, body: string): HttpResponse => ({
  status,
  headers: { "content-type": "text/xml" },
  body,
});

/** https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-codes.html */
const ec2: Refusing = {
  unknownAction,
  refuse: ({ code, message, status }, requestId) =>
    inXml(
      status,
      `<Response><Errors><Error>${xml({ Code: code, Message: message })}</Error></Errors>${xml({ RequestID: requestId })}</Response>`,
    ),
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const s3: Refusing = {
  unknownAction,
  refuse: ({ code, message, status }, requestId) =>
    inXml(status, `<Error>${xml({ Code: code, Message: message, RequestId: requestId })}</Error>`),
};
