import { expect, it } from "vitest";
import { as, askHook, noRequests, redOld } from "../support/smokeHook.ts";
import { environmentOf, executionOf, taskDefinitionOf } from "../support/smokeLedger.ts";
import { type Colour, candidate, old } from "../support/smokeWorld.ts";

const execution = executionOf(candidate.release);
const stranger: Colour = { ...old, release: "release/somebody-else", commit: "f".repeat(40) };

it("admits the announced candidate that is green in the dark, and reports why", async () => {
  const { hookStatus, report, notices } = await askHook();
  expect(hookStatus).toBe("SUCCEEDED");
  expect(report).toMatchObject({ verdict: "green", why: "4 checks passed", release: candidate.release });
  expect(report?.at).toMatch(/^2026-11-23T10:15:/);
  expect(notices).toEqual([]);
});

it("lets pass what only users' traffic will show", async () => {
  for (const build of ["orders-fail-under-traffic", "red"] as const)
    expect(await askHook({ dark: as(build) })).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "green" } });
});

it("refuses a candidate that is red in the dark while users are well", async () => {
  const { hookStatus, report } = await askHook({ dark: as("dark-red") });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "red", why: "products.list fail: GET /products answered 500, not 200" });
});

it("refuses where the test header still leads to what users see", async () => {
  const { hookStatus, report, why } = await askHook({
    dark: old,
    environment: environmentOf(candidate),
    cloud: { taskDefinition: taskDefinitionOf(candidate), executions: { [execution]: "RUNNING" } },
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(why).toMatch(/^the smoke could not be done: release\/main.2.* did not answer 5 times/);
});

it("judges the very first release by itself, whatever answers production", async () => {
  const { good: _, ...environment } = environmentOf(candidate);
  const cloud = { isFirst: true };
  const green = await askHook({ users: redOld, environment, cloud });
  expect(green).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "green", why: "4 checks passed" } });
  expect(green.requests.users).toEqual([]);
  const red = await askHook({ dark: as("dark-red"), users: redOld, environment, cloud });
  expect(red).toMatchObject({ hookStatus: "FAILED", report: { verdict: "red" }, requests: { users: [] } });
});

// What users see now

it("holds a candidate, without blame, where what users see now fails as well", async () => {
  const { hookStatus, report, why } = await askHook({ dark: as("dark-red"), users: redOld });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "held" });
  expect(why).toMatch(/^both fail; new: products.list fail.*; what users see now: products.list fail/);
});

it("admits the release that mends what users see now, with a warning", async () => {
  const { hookStatus, report, why } = await askHook({ users: redOld });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "SUCCEEDED", verdict: "green" });
  expect(why).toContain("4 checks passed; but what users see now fails: products.list fail");
});

it("takes for blue what ECS runs, though the ledger calls another release good", async () => {
  const unrecorded: Colour = { ...redOld, release: "release/stopped-while-it-baked", commit: "e".repeat(40) };
  const green = await askHook({ users: unrecorded });
  expect(green).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "green" } });
  expect(green.why).toContain("what users see now fails");
  expect(await askHook({ dark: as("dark-red"), users: unrecorded })).toMatchObject({ report: { verdict: "held" } });
});

it.each([
  ["the template", { GREENGATE_RELEASE: "replaced-by-each-release", COMMIT: "replaced-by-each-release" }],
  ["made by hand", { PORT: "3000" }],
])("asks production nothing where the task definition that ECS runs there is %s", async (_, source) => {
  const green = await askHook({ users: stranger, cloud: { source } });
  expect(green).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "green" }, requests: { users: [] } });
  const red = await askHook({ dark: as("dark-red"), users: stranger, cloud: { source } });
  expect(red).toMatchObject({ hookStatus: "FAILED", report: { verdict: "red" } });
});

it("holds a green candidate where production is answered by somebody else", async () => {
  const { hookStatus, report, why } = await askHook({ users: stranger, source: old });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "held" });
  expect(why).toContain(`users do not get what ECS runs for them: ${old.release} did not answer 5 times in a row`);
  expect(why).toContain(`last: release ${stranger.release}`);
});

it("holds a green candidate where production is answered by nobody", async () => {
  const { hookStatus, report, why } = await askHook({
    meddle: ({ isTest }) => (isTest ? undefined : Promise.resolve(new Response("", { status: 503 }))),
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "held" });
  expect(why).toContain("last: GET /health answered 503 without x-greengate-release");
});

it("holds a green candidate where production is answered by two releases", async () => {
  const other = () => Promise.resolve(Response.json([], { headers: { "x-greengate-release": stranger.release } }));
  const { hookStatus, report, why } = await askHook({
    meddle: ({ isTest, path }) => (!isTest && path === "/products" ? other() : undefined),
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "held" });
  expect(why).toContain(`GET /products was answered by release ${stranger.release}`);
});

it("holds a green candidate where ECS can't say what users see now", async () => {
  const { hookStatus, report, why } = await askHook({ cloud: { denied: ["DescribeTaskDefinition"] } });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "held" });
  expect(why).toContain("not authorized to perform DescribeTaskDefinition");
});

it("warns only, where what users see now is there and its checks can't be done", async () => {
  const { hookStatus, report, why } = await askHook({
    meddle: ({ isTest, path }) =>
      !isTest && path === "/orders" ? Promise.reject(new TypeError("fetch failed")) : undefined,
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "SUCCEEDED", verdict: "green" });
  expect(why).toContain("but what users see now fails: orders.list error: GET /orders: no connection");
});

// An emergency's advisory smoke

it("admits a red candidate where the emergency's smoke is advisory, and keeps the verdict", async () => {
  const dark = as("dark-red");
  const { hookStatus, report, why } = await askHook({ dark, environment: environmentOf(dark, "advisory") });
  expect(hookStatus).toBe("SUCCEEDED");
  expect(report).toMatchObject({ verdict: "red", admitted: true });
  expect(why).toMatch(/^advisory, so it is admitted all the same: products.list fail/);
});

it("admits an advisory candidate where users are somewhere else", async () => {
  const environment = environmentOf(candidate, "advisory");
  const { hookStatus, report } = await askHook({ users: stranger, source: old, environment });
  expect({ hookStatus, report }).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "held" } });
});

it("does not take an announcement for more because it is advisory", async () => {
  const environment = { ...environmentOf(candidate, "advisory"), fence: 8 };
  const { hookStatus, report, requests } = await askHook({ environment });
  expect({ hookStatus, report, requests }).toMatchObject({
    hookStatus: "FAILED",
    report: { verdict: "refused" },
    requests: noRequests,
  });
});
