import type { Mail } from "../emulator/cloud/outbox.ts";
import { type HttpResponse, plain, type Site } from "../emulator/endpoint/http.ts";

/** The approval link in a mail, if it holds one. */
export const linkIn = ({ message }: Mail): string | undefined => /https?:\/\/\S+\/a\/\S+/.exec(message)?.[0];

/** An operator at the browser: opens the link, types the commit, presses a button. Answers what the page said. */
export async function answerLink(
  site: Site,
  link: string,
  { decision, commit, reason = "" }: { decision: "approve" | "reject"; commit: string; reason?: string },
): Promise<HttpResponse> {
  const { pathname: path, host, origin } = new URL(link);
  const visit = (method: string, headers: Record<string, string>, body: string) =>
    site({ method, path, query: "", headers: { host, ...headers }, body: Buffer.from(body), sourceIp: "127.0.0.1" });
  const page = await visit("GET", {}, "");
  if (page.status !== 200) return page;
  const base = /name="base" value="([^"]*)"/.exec(text(page))?.[1];
  if (base === undefined) return plain(500, "The page has no field for the base.");
  const form = new URLSearchParams({ base, decision, commit: commit.slice(0, 7), reason });
  return visit("POST", { origin, "content-type": "application/x-www-form-urlencoded" }, form.toString());
}

const text = ({ body }: HttpResponse): string => (typeof body === "string" ? body : Buffer.from(body).toString());
