import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { HttpAnswer, Request } from "./exchange.ts";
import { NotJudged } from "./outcome.ts";
import { readBody } from "./readBody.ts";
import type { Scrubber } from "./scrub.ts";

/** The smoke merchant, signed in. */
export interface Session {
  /** Its id: the only one that may stand in what it is shown. */
  merchant: string;
  /** Header value; a secret. */
  authorization: string;
}

export interface SignIn {
  /** Read only where a check signs in. */
  credentials: () => Promise<Credentials>;
  /** Ids that the smoke may sign in as. */
  merchants: readonly string[];
  scrubber: Scrubber;
}

export interface Credentials {
  email: string;
  password: string;
}

const credentialsShape = v.object({
  email: v.pipe(v.string(), v.nonEmpty()),
  password: v.pipe(v.string(), v.nonEmpty()),
});

const signInBody = v.object({
  token: v.pipe(v.string(), v.nonEmpty()),
  merchant: v.object({ id: v.pipe(v.string(), v.nonEmpty()), smoke: v.optional(v.unknown()) }),
});

/** Reads `{"email", "password"}` and hides both from every text to come. Throws NotJudged; never shows what the secret holds. */
export async function readCredentials(
  secrets: SecretsManagerClient,
  id: string,
  scrubber: Scrubber,
): Promise<Credentials> {
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: id })).catch((error: unknown) => {
    throw new NotJudged(`secret ${id} cannot be read`, { cause: error });
  });
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), credentialsShape), secret.SecretString);
  if (!read.success)
    throw new NotJudged(`secret ${id} must hold {"email": …, "password": …}: put the smoke merchant's sign-in there`);
  scrubber.hide(read.output.email);
  scrubber.hide(read.output.password);
  return read.output;
}

/**
 * The only request that isn't a read. Fails closed: the merchant must be on the environment's list and say itself that it
 * is a smoke merchant, or nothing is done in its name.
 */
export async function signIn(args: SignIn, ask: (request: Request) => Promise<HttpAnswer>): Promise<Session> {
  const answer = await ask({ method: "POST", path: "/auth/sign-in", body: await args.credentials() });
  const { token, merchant } = readBody(answer, signInBody, "{token, merchant: {id, smoke}}");
  args.scrubber.hide(token);
  if (!args.merchants.includes(merchant.id))
    throw new NotJudged(
      `signed in as merchant ${merchant.id}, which is not among MERCHANTS (${args.merchants.join(", ")})`,
    );
  if (merchant.smoke !== true)
    throw new NotJudged(`merchant ${merchant.id} does not say that it is a smoke merchant (smoke: true)`);
  return { merchant: merchant.id, authorization: `Bearer ${token}` };
}

/** The first `merchantId`, at any depth, that is not `own`. */
export function foreignMerchant(body: unknown, own: string): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  for (const [key, value] of Object.entries(body)) {
    const foreign = key === "merchantId" ? (value === own ? undefined : String(value)) : foreignMerchant(value, own);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}
