import { createHash, timingSafeEqual } from "node:crypto";

/** A link that an approver is sent, and what the ledger may know of it: `<hash> <approver>`. */
export interface ApproverLink {
  approver: string;
  url: string;
  kept: string;
}

/** `executionName`: the name of the release that asks. `secret`: 32 random bytes. */
export function mintLink(linkBase: string, executionName: string, approver: string, secret: Uint8Array): ApproverLink {
  const token = Buffer.from(secret).toString("base64url");
  const url = `${linkBase}a/${encodeName(executionName)}/${token}`;
  return { approver, url, kept: `${hash(token).toString("hex")} ${approver}` };
}

/** Whose link carries this token; undefined if nobody's. Takes as long for a near miss as for a far one. */
export function findHolder(links: Iterable<string>, token: string): string | undefined {
  const given = hash(token);
  let found: string | undefined;
  for (const kept of links) {
    const space = kept.indexOf(" ");
    const expected = Buffer.from(kept.slice(0, space), "hex");
    if (expected.length === given.length && timingSafeEqual(expected, given)) found = kept.slice(space + 1);
  }
  return found;
}

/**
 * An execution's name as one segment of a path: percent-encoding, with `~` in place of `%`. Gateways in front of a function decode a
 * path (https://github.com/honojs/hono/issues/2156), browsers remove segments of dots, and mail clients end a link at a bracket; none of
 * them touches letters, digits, `-`, `_` and `~`.
 */
export const encodeName = (name: string): string =>
  encodeURIComponent(name)
    .replace(/[.!~*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%", "~");

/** The name that {@link encodeName} encoded; undefined for a segment that is none of its. */
export function decodeName(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment.replaceAll("~", "%"));
    return encodeName(name) === segment ? name : undefined;
  } catch {
    return undefined; // not UTF-8
  }
}

const hash = (token: string): Buffer => createHash("sha256").update(token).digest();
