import type { RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { startUsers, type Users } from "../../../rehearsal/users/users.ts";
import { listen } from "../../support/servers.ts";

/** Patience for a busy machine; what is waited for comes within milliseconds. */
const soon = { timeout: 10_000 };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const right: Record<string, unknown> = {
  "GET /health": { status: "ok" },
  "GET /products": [{ id: "p", merchantId: "other" }],
  "POST /auth/sign-in": { token: "t", merchant: { id: "demo", smoke: false } },
  "GET /orders": [{ id: "o", merchantId: "demo" }],
};

/** Answers as it should but for `changed`, in the name of a release. */
const app =
  (release: string, changed: Record<string, unknown> = {}): RequestListener =>
  (request, response) => {
    const content = { ...right, ...changed }[`${request.method} ${request.url}`];
    response.setHeader("x-greengate-release", release);
    response.statusCode = typeof content === "number" ? content : 200;
    response.end(JSON.stringify(content));
  };

async function usersOf(answer: RequestListener, rate = 400): Promise<Users> {
  const server = await listen(answer);
  cleanups.push(server.close);
  const users = startUsers({
    origin: `http://${server.host}:${server.port}`,
    rate,
    signIn: { email: "demo@example.com", password: "demo" },
    isBad: (release) => release === "bad",
  });
  cleanups.push(users.stop);
  return users;
}

async function after(requests: number, answer: RequestListener) {
  const users = await usersOf(answer);
  await expect.poll(() => users.counts().sent, soon).toBeGreaterThan(requests);
  return { ...(await users.stop()), failures: users.failures(), releases: [...users.releases().keys()] };
}

test("users are content with the application's contract, and each of its requests is made", async () => {
  const paths = new Set<string>();
  const good = app("main-1");
  const { failed, badBuild, releases } = await after(40, (request, response) => {
    paths.add(`${request.method} ${request.url} ${request.headers.authorization ?? ""}`.trim());
    good(request, response);
  });
  expect({ failed, badBuild, releases }).toEqual({ failed: 0, badBuild: 0, releases: ["main-1"] });
  expect(paths).toEqual(new Set(["GET /health", "GET /products", "POST /auth/sign-in", "GET /orders Bearer t"]));
});

const leak = {
  "GET /orders": [
    { id: "o", merchantId: "demo" },
    { id: "x", merchantId: "other" },
  ],
};

test.each([
  ["a server error", { "GET /products": 500 }],
  ["a foreign merchant's row", leak],
  ["an empty list", { "GET /products": [] }],
])("%s is the bad release's own, and a failure in any other's name", async (_, fault) => {
  const bad = await after(20, app("bad", fault));
  expect([bad.badBuild > 0, bad.failed]).toEqual([true, 0]);
  const good = await after(20, app("main-1", fault));
  expect([good.badBuild, good.failed > 0]).toEqual([0, true]);
});

test("a refused sign-in or a broken connection is a failure whoever answers", async () => {
  const refused = await after(20, app("bad", { "POST /auth/sign-in": 401 }));
  expect([refused.badBuild, refused.failed > 0, refused.failures[0]]).toEqual([
    0,
    true,
    "POST /auth/sign-in: status 401 (release bad)",
  ]);
  const broken = await after(20, ({ socket }) => socket.destroy());
  expect(broken.failed).toBe(broken.sent);
});

test("users come by the clock although none is answered, and stop() waits for all of them", async () => {
  const waiting: (() => void)[] = [];
  const good = app("main-1");
  const users = await usersOf((request, response) => waiting.push(() => good(request, response)));
  await expect.poll(() => waiting.length, soon).toBeGreaterThan(30);
  expect(users.counts().sent).toBe(0);
  let stopped = false;
  const stopping = users.stop().then((counts) => {
    stopped = true;
    return counts;
  });
  while (!stopped) {
    for (const answer of waiting.splice(0)) answer();
    await new Promise(setImmediate);
  }
  expect(await stopping).toMatchObject({ failed: 0 });
});
