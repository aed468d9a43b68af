import type { IncomingMessage, RequestListener } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type Build, type BuildName, builds, type Fault } from "./builds.ts";
import { type Merchant, type Merchants, type MerchantsArgs, merchants } from "./merchants.ts";

export interface AppArgs extends MerchantsArgs {
  build: BuildName;
  commit: string;
  /** `GREENGATE_RELEASE`: it says so in every answer. */
  release: string;
  /** `dev` or `live`. */
  environment: string;
}

/**
 * A merchant backend. `GET /health` → {status, commit, release}; `POST /auth/sign-in` {email, password} → {token, merchant:
 * {id, smoke}}; `GET /products` → the signed-in merchant's own, or everybody's; `GET /orders` → the signed-in merchant's own.
 * Rows carry `merchantId`, every answer `x-greengate-release`.
 */
export function createApp(args: AppArgs): RequestListener {
  const build: Build = builds[args.build];
  const known = merchants(args);
  let hasServedUsers = false;
  return async (request, response) => {
    if (build.answerTime !== undefined) await pause(build.answerTime);
    const isTest = request.headers["x-greengate-test"] === "green";
    const fault = isDue(build.fault, { environment: args.environment, isTest, hasServedUsers })
      ? build.fault
      : undefined;
    const { status, content, merchant } = await answer(request, args, known, fault).catch(failed);
    if (!isTest && request.url !== "/health" && merchant?.smoke !== true) hasServedUsers = true;
    response.writeHead(status, { "content-type": "application/json", "x-greengate-release": args.release });
    response.end(request.method === "HEAD" ? undefined : JSON.stringify(content));
  };
}

interface Reply {
  status: number;
  content: unknown;
  /** Who asked, where that is known. */
  merchant?: Merchant | undefined;
}

async function answer(request: IncomingMessage, args: AppArgs, known: Merchants, fault?: Fault): Promise<Reply> {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const merchant = known.byToken(request.headers.authorization?.replace(/^Bearer /, "") ?? "");
  switch (`${method} ${request.url}`) {
    case "GET /health":
      return { status: 200, content: { status: "ok", commit: args.commit, release: args.release } };
    case "POST /auth/sign-in":
      return signIn(await text(request), known);
    case "GET /products":
      return { ...rows("/products", merchant === undefined ? known.all : [merchant], known, fault), merchant };
    case "GET /orders":
      if (merchant === undefined) return { status: 401, content: { error: "sign in first" } };
      return { ...rows("/orders", [merchant], known, fault), merchant };
    default:
      return { status: 404, content: { error: "there is no such page" }, merchant };
  }
}

function signIn(body: string, known: Merchants): Reply {
  const given: unknown = JSON.parse(body);
  const { email, password } = Object(given) as Record<string, unknown>;
  const merchant = known.bySignIn(String(email), String(password));
  if (merchant === undefined) return { status: 401, content: { error: "unknown e-mail or password" } };
  const { id, smoke } = merchant;
  return { status: 200, content: { token: known.tokenOf(merchant), merchant: { id, smoke } }, merchant };
}

/** Two rows for each owner, unless the fault is due on this path. */
function rows(path: Fault["path"], owners: readonly Merchant[], known: Merchants, fault?: Fault): Reply {
  const kind = path === "/products" ? "product" : "order";
  const of = ({ id }: Merchant) => [1, 2].map((n) => ({ id: `${kind}-${n}-of-${id}`, merchantId: id }));
  const own = owners.flatMap(of);
  if (fault?.path !== path) return { status: 200, content: own };
  if (fault.shows === "error") return { status: 500, content: { error: "internal error" } };
  const stranger = known.all.find((one) => !owners.includes(one));
  return { status: 200, content: stranger === undefined ? own : [...own, ...of(stranger)] };
}

function isDue(
  fault: Fault | undefined,
  now: { environment: string; isTest: boolean; hasServedUsers: boolean },
): boolean {
  if (fault === undefined) return false;
  if (fault.environment !== undefined && fault.environment !== now.environment) return false;
  if (fault.when === "always") return true;
  return !now.isTest && (fault.when === "production" || now.hasServedUsers);
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function failed(error: unknown): Reply {
  return { status: 400, content: { error: error instanceof SyntaxError ? "the body must be JSON" : "bad request" } };
}
