import { createHash } from "node:crypto";
import { style } from "./style.ts";

/** What every answer of the function carries, whatever it says. `same-origin`: with `no-referrer` a browser sends its own form's `Origin` as `null`. */
export const responseHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex, nofollow",
};

/**
 * Why a POST doesn't come from the form that the page showed; undefined if it does. Browsers say with `Origin`, and newer
 * ones with `Sec-Fetch-Site`, which page sent it. Only a form's content type is read, so that nothing slips past the check.
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function refuseForeignForm(headers: Headers): { status: 403 | 415; why: string } | undefined {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded")
    return { status: 415, why: "Nothing was decided: an answer must come from the form on the page." };
  const site = headers.get("sec-fetch-site");
  if (originHost(headers) !== headers.get("host") || (site !== null && site !== "same-origin"))
    return { status: 403, why: "Nothing was decided: open your own link and answer there." };
  return undefined;
}

/** A missing or unreadable origin is no host. */
function originHost(headers: Headers): string | undefined {
  const origin = headers.get("origin") ?? "";
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
