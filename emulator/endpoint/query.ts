import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Protocol } from "./http.ts";

/**
 * AWS's Query protocol, as far as SNS's Publish needs it: a form goes in, with maps as `Name.entry.N.Name` and `Name.entry.N.Value`;
 * XML comes out, of flat answers. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
 */
export function queryProtocol(namespace: string): Protocol {
  const headers = (requestId: string) => ({ "content-type": "text/xml", "x-amzn-requestid": requestId });
  return {
    actionOf: (_headers, body) => new URLSearchParams(body).get("Action") ?? "",
    inputOf(body) {
      const members = [...new URLSearchParams(body)].map(([name, value]): Member => [name.split("."), value]);
      const { Action: _, Version: __, ...input } = grown(members);
      return input;
    },
    answer: (action, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: `<${action}Response xmlns="${namespace}"><${action}Result>${xml(Object(output))}</${action}Result><ResponseMetadata>${xml({ RequestId: requestId })}</ResponseMetadata></${action}Response>`,
    }),
    refuse: ({ code, message, status }, requestId) => ({
      status,
      headers: headers(requestId),
      body: `<ErrorResponse xmlns="${namespace}"><Error>${xml({ Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message })}</Error>${xml({ RequestId: requestId })}</ErrorResponse>`,
    }),
    unknownKey: (message) => new AwsError("InvalidClientTokenId", message, 403),
    // As SNS says it: https://github.com/ex-aws/ex_aws/pull/177
    unknownAction: (message) => new AwsError("InvalidAction", message),
  };
}

type Member = [path: string[], value: string];

/** Members by the first step of their paths. */
function grown(members: Member[]): Record<string, unknown> {
  const groups = Map.groupBy(members, ([[first = ""]]) => first);
  return Object.fromEntries([...groups].map(([first, group]) => [first, member(group)]));
}

function member(group: Member[]): unknown {
  const text = group.find(([path]) => path.length === 1)?.[1];
  if (text !== undefined) return text;
  const tree = grown(group.map(([path, value]) => [path.slice(1), value]));
  const map = v.safeParse(entries, tree);
  return map.success ? map.output : tree;
}

const entries = v.pipe(
  v.object({ entry: v.record(v.string(), v.object({ Name: v.string(), Value: v.unknown() })) }),
  v.transform(({ entry }) => Object.fromEntries(Object.values(entry).map(({ Name, Value }) => [Name, Value]))),
);

export const xml = (members: object): string =>
  Object.entries(members)
    .map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`)
    .join("");

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
