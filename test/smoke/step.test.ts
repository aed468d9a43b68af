import * as v from "valibot";
import { expect, it } from "vitest";
import type { SmokeRule } from "../../contract/ledger.ts";
import { smokeAnswer } from "../../contract/smokeCalls.ts";
import { smokeStep } from "../../smoke/step.ts";
import { smokeCloud } from "../support/smokeCloud.ts";
import {
  type Colour,
  candidate,
  old,
  origin,
  smokeMerchant,
  smokeWorld,
  type WorldArgs,
} from "../support/smokeWorld.ts";

const variables = { ADDRESS: origin, MERCHANTS: "merchant-smoke", SIGN_IN_SECRET: "sign-in", ENVIRONMENT: "dev" };

interface Story extends WorldArgs {
  rule?: SmokeRule;
  /** The candidate, where it isn't the one that users should see. */
  expected?: Colour;
  secret?: string;
  merchants?: string;
  paths?: string[];
  after?: "a user";
}

async function smoke({ rule = "enforce", expected = candidate, secret, merchants, paths, after, ...args }: Story) {
  await using world = await smokeWorld(args);
  const { secrets } = smokeCloud(secret === undefined ? {} : { secret }, world.clock);
  const start = world.clock.now();
  if (after === "a user") await world.user("/products");
  const step = smokeStep({ ...variables, MERCHANTS: merchants ?? variables.MERCHANTS }, { ...world, secrets });
  const { release, commit } = expected;
  const changedPaths = paths ? { since: old.commit, paths } : null;
  const answer = await step({ release, commit, changedPaths, smoke: rule, now: start });
  // Exactly what the contract has, and no more.
  expect(answer).toEqual(v.parse(smokeAnswer, answer));
  expect(answer.at).toBe(start);
  const outcomes = Object.fromEntries(answer.checks.map(({ name, outcome }) => [name, outcome]));
  return { ...answer, outcomes, requests: world.requests, seconds: (world.clock.now() - start) / 1000 };
}

const allPass = { "health.release": "pass", "auth.signIn": "pass", "products.list": "pass", "orders.list": "pass" };
function as(build: Colour["build"]): Colour {
  return { ...candidate, build };
}

it("finds a good release green, and writes nothing but one sign-in", async () => {
  const { verdict, outcomes, requests } = await smoke({ users: candidate });
  expect({ verdict, outcomes }).toEqual({ verdict: "green", outcomes: allPass });
  expect(requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`)).toEqual([
    "POST /auth/sign-in",
  ]);
});

it("goes on where it is green, and goes back where it is anything else", async () => {
  const green = await smoke({ users: candidate });
  expect(green).toMatchObject({ next: "look", verdict: "green", why: "4 checks passed" });
  expect(green).not.toHaveProperty("failure");
  expect(await smoke({ users: as("red") })).toMatchObject({ next: "restore", verdict: "red", failure: "RedSmoke" });
  expect(await smoke({ users: old })).toMatchObject({ next: "restore", verdict: "error", failure: "SmokeFailed" });
});

it.each([
  ["green", candidate, "4 checks passed"],
  ["red", as("red"), "orders.list fail: GET /orders shows"],
  ["error", old, `${candidate.release} did not answer`],
] as const)("goes on whatever is found where it is advisory, and says so: %s", async (verdict, users, why) => {
  const answer = await smoke({ users, rule: "advisory" });
  expect(answer).toMatchObject({ next: "look", verdict });
  expect(answer).not.toHaveProperty("failure");
  expect(answer.why).toMatch(/^advisory, so it stops nothing: /);
  expect(answer.why).toContain(why);
});

it("knows a release by any name that an execution may have", async () => {
  const names = [
    "release/main.2-1a2b3c4-20261123T101500",
    "rollback/%C3%BCber%20(eins)!*'~",
    "emergency/x".padEnd(730, "-"),
  ];
  for (const release of names) {
    const named = { ...candidate, release };
    expect(await smoke({ users: named, expected: named })).toMatchObject({ verdict: "green" });
    const { why } = await smoke({ users: old, expected: named });
    expect(why).toContain(`within 30 s; last: release ${old.release}`);
  }
});

it("waits until the old colour is gone for good before it judges", async () => {
  const stale = new Response("{}", { headers: { "x-greengate-release": old.release } });
  const strays = [1, 2, 5, 9]; // the run of three good answers from 6 to 8 doesn't count
  const { verdict, requests } = await smoke({
    users: candidate,
    meddle: ({ path, count }) =>
      path === "/health" && strays.includes(count) ? Promise.resolve(stale.clone()) : undefined,
  });
  expect(verdict).toBe("green");
  expect(requests.findIndex(({ path }) => path !== "/health")).toBeGreaterThanOrEqual(14);
});

it("neither condemns nor signs in where another release answers to the end", async () => {
  const { verdict, why, requests, seconds } = await smoke({ users: old });
  expect(verdict).toBe("error");
  expect(why).toContain(
    `${candidate.release} did not answer 5 times in a row within 30 s; last: release ${old.release}`,
  );
  expect(requests.every(({ path }) => path === "/health")).toBe(true);
  expect(seconds).toBeLessThan(35);
});

it("does not take the right release with another commit for the candidate", async () => {
  const { verdict, why } = await smoke({ users: { ...candidate, commit: old.commit } });
  expect(verdict).toBe("error");
  expect(why).toContain(`last: commit ${old.commit}, not ${candidate.commit}`);
});

it("asks again where the old colour answers in the middle of the checks, and judges nothing by it", async () => {
  const stray = () => Promise.resolve(Response.json([], { headers: { "x-greengate-release": old.release } }));
  const strays = (times: number) =>
    smoke({
      users: candidate,
      meddle: ({ path, count }) => (path === "/orders" && count <= times ? stray() : undefined),
    });
  expect(await strays(3)).toMatchObject({ verdict: "green", outcomes: allPass });
  expect(await strays(100)).toMatchObject({
    verdict: "error",
    outcomes: { "orders.list": "error", "products.list": "pass" },
  });
});

it("does not pass an empty list, nor a body at odds with its header", async () => {
  const instead = (at: string, body: unknown, from = 1) =>
    smoke({
      users: candidate,
      meddle: ({ path, count }) => (path === at && count >= from ? Promise.resolve(answered(200, body)) : undefined),
    });
  expect(await instead("/orders", [])).toMatchObject({ verdict: "red", outcomes: { "orders.list": "fail" } });
  expect(await instead("/products", [])).toMatchObject({ verdict: "red", outcomes: { "products.list": "fail" } });
  const odd = { ...candidate, status: "ok", release: old.release };
  expect(await instead("/health", odd, 6)).toMatchObject({ verdict: "red", outcomes: { "health.release": "fail" } });
});

it("is red where users' traffic gets another merchant's orders", async () => {
  const { verdict, why, outcomes } = await smoke({ users: as("red") });
  expect({ verdict, outcomes }).toEqual({ verdict: "red", outcomes: { ...allPass, "orders.list": "fail" } });
  expect(why).toBe("orders.list fail: GET /orders shows merchant-smoke what belongs to merchant merchant-demo");
});

it("meets live's regression only after users have", async () => {
  const regression: WorldArgs = { users: as("orders-fail-under-traffic"), environment: "live" };
  expect((await smoke(regression)).verdict).toBe("green");
  expect((await smoke({ ...regression, environment: "dev", after: "a user" })).verdict).toBe("green");
  const { verdict, why } = await smoke({ ...regression, after: "a user" });
  expect({ verdict, why }).toEqual({ verdict: "red", why: "orders.list fail: GET /orders answered 500, not 200" });
});

it("calls a check flaky that passes when it runs once more, and says so", async () => {
  const oops = () => Promise.resolve(answered(500));
  const { verdict, why, outcomes } = await smoke({
    users: candidate,
    meddle: ({ path, count }) => (path === "/orders" && count === 1 ? oops() : undefined),
  });
  expect({ verdict, outcomes }).toEqual({ verdict: "green", outcomes: { ...allPass, "orders.list": "flaky" } });
  expect(why).toBe("4 checks passed; orders.list flaky: failed first: GET /orders answered 500, not 200");
});

it("tells a degraded release from a failed one", async () => {
  const health = (status: string) => Promise.resolve(answered(200, { ...candidate, status }));
  const says = (status: string) =>
    smoke({ users: candidate, meddle: ({ path }) => (path === "/health" ? health(status) : undefined) });
  expect(await says("degraded")).toMatchObject({ verdict: "green", outcomes: { "health.release": "degraded" } });
  expect(await says("on fire")).toMatchObject({ verdict: "red", outcomes: { "health.release": "fail" } });
});

it("shows no character that hides or forges what follows, and no endless text", async () => {
  const status = `\u202Eon\u200B fire\n${"x".repeat(10_000)}`;
  const health = () => Promise.resolve(answered(200, { ...candidate, status }));
  const { why, checks } = await smoke({
    users: candidate,
    meddle: ({ path }) => (path === "/health" ? health() : undefined),
  });
  const [{ why: cause = "" } = {}] = checks;
  expect(cause).toMatch(/^GET \/health says {2}on {2}fire x+…$/);
  expect(cause.length).toBeLessThanOrEqual(500);
  expect(why).toBe(`health.release fail: ${cause}`);
});

it("forgives lost connections up to its budget, and then blames no release", async () => {
  const lose = (times: number) =>
    smoke({
      users: candidate,
      meddle: ({ path, count }) => (path === "/products" && count <= times ? reset() : undefined),
    });
  expect(await lose(6)).toMatchObject({ verdict: "green", outcomes: allPass });
  const lost = await lose(7);
  expect(lost).toMatchObject({ verdict: "error", outcomes: { "products.list": "error", "orders.list": "pass" } });
  expect(lost.why).toContain("GET /products: no connection");
});

it("ends in time when an answer never comes", async () => {
  const { verdict, why, seconds } = await smoke({
    users: candidate,
    meddle: ({ path }) => (path === "/orders" ? "hangs" : undefined),
  });
  expect({ verdict, why }).toEqual({ verdict: "red", why: "orders.list fail: GET /orders: no answer within 5 s" });
  expect(seconds).toBeLessThan(60);
});

it("is red where the load balancer answers in the application's place", async () => {
  const { verdict, why } = await smoke({
    users: candidate,
    meddle: ({ path }) => (path === "/orders" ? Promise.resolve(new Response("", { status: 502 })) : undefined),
  });
  expect(verdict).toBe("red");
  expect(why).toContain("GET /orders answered 502 without x-greengate-release");
});

it("refuses a redirect instead of following it", async () => {
  const elsewhere = {
    status: 307,
    headers: { location: "https://elsewhere.example", "x-greengate-release": candidate.release },
  };
  const { verdict, why, requests } = await smoke({
    users: candidate,
    meddle: ({ method }) => (method === "POST" ? Promise.resolve(new Response(null, elsewhere)) : undefined),
  });
  expect(verdict).toBe("red");
  expect(why).toContain("POST /auth/sign-in redirects (307): an answer must come from https://dev.example.com itself");
  expect(requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
  expect(requests.every(({ redirect }) => redirect === "manual")).toBe(true);
});

it.each([
  ["is not on the list", { merchants: "merchant-a, merchant-b" }, "is not among MERCHANTS (merchant-a, merchant-b)"],
  [
    "does not say that it is a smoke merchant",
    {
      merchants: "merchant-demo",
      secret: JSON.stringify({ email: "demo@merchants.example", password: "open-sesame" }),
    },
    "merchant merchant-demo does not say that it is a smoke merchant",
  ],
])("does nothing as a merchant who %s", async (_, args, expected) => {
  const { verdict, why, requests } = await smoke({ users: candidate, ...args });
  expect(verdict).toBe("error");
  expect(why).toContain(expected);
  expect(requests.some(({ headers }) => headers.has("authorization"))).toBe(false);
});

it("shows no secret, whatever the failure says", async () => {
  const { why, checks } = await smoke({
    users: candidate,
    meddle: ({ path, headers }) => {
      const token = headers.get("authorization")?.replace("Bearer ", "");
      const shown = `Bearer abc ${token} ${smokeMerchant.password} ${encodeURIComponent(smokeMerchant.email)}`;
      return path === "/orders" ? Promise.reject(new Error(`proxy refused ${shown}`)) : undefined;
    },
  });
  expect(why).toContain("proxy refused");
  const all = JSON.stringify({ why, checks });
  for (const secret of ["merchant-smoke.", "abc", "smoke-password", "smoke@", "smoke%40"])
    expect(all).not.toContain(secret);
});

it("is an error, not a red release, where the sign-in secret is unreadable", async () => {
  const { verdict, why } = await smoke({ users: candidate, secret: '{"email": "hush@merchants.example"}' });
  expect(verdict).toBe("error");
  expect(why).toContain('secret sign-in must hold {"email": …, "password": …}');
  expect(why).not.toContain("hush");
});

it("lists the changed paths that no check covers", async () => {
  const paths = ["src/orders/list.ts", "src/refunds/refund.ts", "README\u202E.md"];
  expect((await smoke({ users: candidate, paths })).uncovered).toEqual(["src/refunds/refund.ts", "README .md"]);
  expect((await smoke({ users: candidate })).uncovered).toEqual([]);
});

it("names every variable and field that is wrong", async () => {
  await using world = await smokeWorld({ users: candidate });
  const { secrets } = smokeCloud({}, world.clock);
  const wrong = { ...variables, ADDRESS: "http://dev.example.com/", MERCHANTS: "a,,b", ENVIRONMENT: undefined };
  expect(() => smokeStep(wrong, { ...world, secrets })).toThrow(
    "smoke Lambda's environment variables: ADDRESS must be an https origin without a path, such as https://dev.example.com, not " +
      '"http://dev.example.com/"; MERCHANTS must be merchant ids separated by commas, none of them empty, not "a,,b"; ENVIRONMENT is missing',
  );
  const call = { release: "a name", commit: "HEAD", smoke: "maybe", now: 1 };
  await expect(smokeStep(variables, { ...world, secrets })(call)).rejects.toMatchObject({
    name: "InvalidCall",
    message: expect.stringMatching(
      /^smoke: release must be a release's name, not "a name"; commit must be 40 hex digits, not "HEAD"; smoke must be /,
    ),
  });
});

function answered(status: number, body: unknown = {}): Response {
  return Response.json(body, { status, headers: { "x-greengate-release": candidate.release } });
}

function reset(): Promise<Response> {
  return Promise.reject(new TypeError("fetch failed", { cause: new Error("read ECONNRESET") }));
}
