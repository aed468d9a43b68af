import type { Protocol } from "./protocol.ts";

/**
 * AWS's Query protocol: a form goes in, XML comes out. Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
 * Lists come as `Name.member.N`, maps as `Name.entry.N.Name|key` with `.Value|value`.
 */
export function queryProtocol(signingName: string, namespace: string): Protocol {
  const headers = (requestId: string) => ({ "content-type": "text/xml", "x-amzn-requestid": requestId });
  return {
    actionOf: ({ headers, body }, signedFor) =>
      signedFor === signingName && headers["content-type"]?.startsWith("application/x-www-form-urlencoded")
        ? (new URLSearchParams(body).get("Action") ?? undefined)
        : undefined,
    parse: (body) => {
      const root: Tree = new Map();
      for (const [name, value] of new URLSearchParams(body))
        if (name !== "Action" && name !== "Version") plant(root, name.split("."), value);
      return fields(root);
    },
    answer: (action, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: `<${action}Response xmlns="${namespace}"><${action}Result>${xml(output ?? {})}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`,
    }),
    refuse: ({ code, message, status }, requestId) => ({
      status,
      headers: headers(requestId),
      body: `<ErrorResponse xmlns="${namespace}"><Error>${xml({ Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message })}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    }),
  };
}

type Tree = Map<string, Tree | string>;

function plant(tree: Tree, path: string[], value: string): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    tree.set(name, value);
    return;
  }
  const known = tree.get(name);
  const branch = known instanceof Map ? known : new Map();
  tree.set(name, branch);
  plant(branch, rest, value);
}

const fields = (tree: Tree): Record<string, unknown> =>
  Object.fromEntries([...tree].map(([name, value]) => [name, grown(value)]));

function grown(value: Tree | string): unknown {
  if (typeof value === "string") return value;
  const members = value.get("member");
  if (members instanceof Map) return [...members.values()].map(grown);
  const entries = value.get("entry");
  if (entries instanceof Map) return Object.fromEntries([...entries.values()].map(entry));
  return fields(value);
}

function entry(pair: Tree | string): [string, unknown] {
  const key = pair instanceof Map ? (pair.get("Name") ?? pair.get("key")) : undefined;
  const value = pair instanceof Map ? (pair.get("Value") ?? pair.get("value")) : undefined;
  if (typeof key !== "string" || value === undefined)
    throw new SyntaxError("A map's entry must have a name and a value.");
  return [key, grown(value)];
}

function xml(value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => `<member>${xml(member)}</member>`).join("");
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => `<${name}>${xml(field)}</${name}>`)
      .join("");
  return String(value).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
