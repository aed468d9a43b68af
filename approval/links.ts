import { createHash, timingSafeEqual } from "node:crypto";

const hash = (token: string): Buffer => createHash("sha256").update(token).digest();

/** An approver's link and what the ledger may know of it: `<hash> <approver>`. `secret` is 32 random bytes. */
export function mint(
  linkBase: string,
  name: string,
  approver: string,
  secret: Uint8Array,
): { url: string; kept: string } {
  const token = Buffer.from(secret).toString("base64url");
  return { url: `${linkBase}a/${name}/${token}`, kept: `${hash(token).toString("hex")} ${approver}` };
}

/** Whose link carries this token; undefined if nobody's. Takes as long for a near miss as for a far one. */
export function holder(links: Iterable<string>, token: string): string | undefined {
  const given = hash(token);
  let found: string | undefined;
  for (const kept of links) {
    const space = kept.indexOf(" ");
    const expected = Buffer.from(kept.slice(0, space), "hex");
    if (expected.length === given.length && timingSafeEqual(expected, given)) found = kept.slice(space + 1);
  }
  return found;
}

/** The execution's page in the AWS console. */
export function consoleLink(executionArn: string): string {
  const region = executionArn.split(":")[3] ?? "";
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

export const commitLink = (repository: string, commit: string): string =>
  `https://github.com/${repository}/commit/${commit}`;

export const compareLink = (repository: string, from: string, to: string): string =>
  `https://github.com/${repository}/compare/${from}...${to}`;

export const pullRequestLink = (repository: string, number: number): string =>
  `https://github.com/${repository}/pull/${number}`;
