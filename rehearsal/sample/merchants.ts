import { createHmac, timingSafeEqual } from "node:crypto";

export interface Merchant {
  id: string;
  email: string;
  password: string;
  smoke: boolean;
}

/** An ordinary merchant, whose sign-in is no secret: what a flow of users signs in as. */
export const demoMerchant: Merchant = {
  id: "merchant-demo",
  email: "demo@merchants.example",
  password: "open-sesame",
  smoke: false,
};

const other: Merchant = { id: "merchant-other", email: "other@merchants.example", password: "other", smoke: false };

export interface MerchantsArgs {
  smoke: { id: string; email: string; password: string };
}

/** The merchants of one environment and their tokens. */
export interface Merchants {
  all: readonly Merchant[];
  bySignIn(email: string, password: string): Merchant | undefined;
  tokenOf(merchant: Merchant): string;
  byToken(token: string): Merchant | undefined;
}

/**
 * A token is the merchant's id, signed: any task of the environment, of either colour, accepts what another has given.
 * The key is made from the smoke merchant's password because all of an environment's tasks share it and no other does.
 */
export function merchants({ smoke }: MerchantsArgs): Merchants {
  const all: readonly Merchant[] = [{ ...smoke, smoke: true }, demoMerchant, other];
  const sign = (id: string) => createHmac("sha256", smoke.password).update(id).digest("base64url");
  const tokenOf = (merchant: Merchant) => `${merchant.id}.${sign(merchant.id)}`;
  return {
    all,
    bySignIn: (email, password) => all.find((one) => one.email === email && same(one.password, password)),
    tokenOf,
    byToken: (token) => all.find((one) => same(tokenOf(one), token)),
  };
}

function same(expected: string, given: string): boolean {
  const digest = (text: string) => createHmac("sha256", "compare").update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
