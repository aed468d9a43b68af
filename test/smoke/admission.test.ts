import { afterEach, expect, it, vi } from "vitest";
import { admission } from "../../smoke/admission.ts";
import {
  announced,
  type CloudArgs,
  deployment,
  goodOf,
  hookEvent,
  smokeCloud,
  taskDefinitionOf,
} from "../support/smokeCloud.ts";
import { type Colour, candidate, old, origin, smokeWorld, type WorldArgs } from "../support/smokeWorld.ts";

const variables = {
  ADDRESS: origin,
  MERCHANTS: "merchant-smoke",
  SIGN_IN_SECRET: "sign-in",
  ENVIRONMENT: "live",
  TEST_HEADER: "x-greengate-test: green",
  LEDGER: "shop-live",
  CLUSTER: "shop",
  SERVICE: "shop-dev",
};

interface Story {
  /** What the test header leads to, and ECS asks about. */
  dark: Colour;
  users?: Colour;
  cloud?: CloudArgs;
  meddle?: WorldArgs["meddle"];
  event?: object;
}

async function ask({ dark, users = old, cloud = {}, meddle, event = hookEvent }: Story) {
  await using world = await smokeWorld({ environment: "live", users, dark, ...(meddle && { meddle }) });
  const environment = { good: goodOf(old), deploying: announced(dark) };
  const aws = smokeCloud({ taskDefinition: taskDefinitionOf(dark), environment, ...cloud }, world.clock);
  const { hookStatus } = await admission(variables, { ...world, ...aws })(event);
  const isTest = ({ headers }: { headers: Headers }) => headers.get("x-greengate-test") === "green";
  return {
    hookStatus,
    report: aws.ledger.get(`smoke#${deployment}`),
    asked: { dark: world.asked.filter(isTest), users: world.asked.filter((one) => !isTest(one)) },
  };
}

const as = (build: Colour["build"]): Colour => ({ ...candidate, build });
const quarrel: Colour = { ...old, build: "dark-red" };

afterEach(() => vi.restoreAllMocks());

it("admits the announced candidate that is green in the dark, and writes down why", async () => {
  const { hookStatus, report } = await ask({ dark: candidate });
  expect(hookStatus).toBe("SUCCEEDED");
  expect(report).toMatchObject({ verdict: "green", why: "4 checks passed", release: candidate.release });
  expect(String(report?.at)).toMatch(/^2026-11-23T10:15:/);
});

it("lets pass what only users' traffic will show", async () => {
  for (const build of ["orders-fail-under-traffic", "red"] as const)
    expect(await ask({ dark: as(build) })).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "green" } });
});

it("refuses a candidate that is red in the dark while users are well", async () => {
  const { hookStatus, report } = await ask({ dark: as("dark-red") });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "red", why: "products.list fail: GET /products answered 500, not 200" });
});

it("holds a candidate, without blame, where what users see now fails as well", async () => {
  const { hookStatus, report } = await ask({ dark: as("dark-red"), users: quarrel });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "held" });
});

it("admits the release that mends what users see now, and says that it is broken", async () => {
  const { hookStatus, report } = await ask({ dark: candidate, users: quarrel });
  expect(hookStatus).toBe("SUCCEEDED");
  expect(report?.why).toContain("but what users see now fails: products.list fail");
});

it.each(["good", "previous"] as const)("lets the way back to the %s release pass on being there", async (role) => {
  const cloud = { environment: { [role]: goodOf(quarrel) }, denied: ["GetSecretValue"] };
  const { hookStatus, report, asked } = await ask({ dark: quarrel, users: candidate, cloud });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "SUCCEEDED", verdict: "green" });
  expect([...asked.dark, ...asked.users].every(({ path }) => path === "/health")).toBe(true);
});

it("does not take another release for the way back", async () => {
  const { hookStatus, report } = await ask({ dark: candidate, cloud: { taskDefinition: taskDefinitionOf(old) } });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "refused" });
  expect(report?.why).toContain(`last: release ${candidate.release}`);
});

it("refuses what nobody announced without asking it anything", async () => {
  const environment = { good: goodOf(old), deploying: announced(candidate) };
  const { hookStatus, report, asked } = await ask({
    dark: as("good-1"),
    users: candidate,
    cloud: { environment: { ...environment, good: goodOf(as("slow")) } },
  });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "refused" });
  expect(report?.why).toContain(
    `nobody announced ${taskDefinitionOf(as("good-1"))} (announced is ${taskDefinitionOf(candidate)})`,
  );
  expect(asked).toEqual({ dark: [], users: [] });
});

it("judges the very first release on its own", async () => {
  const first = (environment: CloudArgs["environment"], dark: Colour) =>
    ask({ dark, users: quarrel, cloud: { isFirst: true, environment: environment ?? {} } });
  const green = await first({ deploying: announced(candidate) }, candidate);
  expect(green).toMatchObject({
    hookStatus: "SUCCEEDED",
    report: { verdict: "green", why: "4 checks passed" },
    asked: { users: [] },
  });
  const recreated = await first({ good: goodOf(old), deploying: announced(candidate) }, candidate);
  expect(recreated).toMatchObject({ hookStatus: "SUCCEEDED", asked: { users: [] } });
  const red = as("dark-red");
  expect(await first({ deploying: announced(red) }, red)).toMatchObject({
    hookStatus: "FAILED",
    report: { verdict: "red" },
  });
});

it("admits a service's very first deployment unseen, but only while nothing was ever good or announced", async () => {
  const first = (environment: CloudArgs["environment"]) =>
    ask({ dark: quarrel, users: quarrel, cloud: { isFirst: true, environment: environment ?? {} } });
  expect(await first({})).toMatchObject({ hookStatus: "SUCCEEDED", report: { verdict: "first" }, asked: { dark: [] } });
  const known = await first({ good: goodOf(old) });
  expect(known).toMatchObject({ hookStatus: "FAILED", report: { verdict: "refused" } });
  const other = await first({ deploying: announced(candidate) });
  expect(other).toMatchObject({ hookStatus: "FAILED", report: { verdict: "refused" } });
});

it("admits what an emergency wants admitted, and keeps the verdict", async () => {
  const dark = as("dark-red");
  const environment = { good: goodOf(old), deploying: announced(dark, "advisory") };
  const { hookStatus, report } = await ask({ dark, cloud: { environment } });
  expect(hookStatus).toBe("SUCCEEDED");
  expect(report).toMatchObject({ verdict: "red" });
  expect(report?.why).toContain("admitted all the same, as the emergency asked: products.list fail");
});

it("refuses where the test header still leads to what users see", async () => {
  const { hookStatus, report } = await ask({
    dark: old,
    cloud: {
      taskDefinition: taskDefinitionOf(candidate),
      environment: { good: goodOf(old), deploying: announced(candidate) },
    },
  });
  expect(hookStatus).toBe("FAILED");
  expect(report).toMatchObject({ verdict: "refused" });
});

it.each(["GetItem", "DescribeServiceRevisions", "DescribeServiceDeployments"])(
  "refuses when it may not %s",
  async (action) => {
    const { hookStatus, report, asked } = await ask({ dark: candidate, cloud: { denied: [action] } });
    expect(hookStatus).toBe("FAILED");
    expect(report).toMatchObject({ verdict: "refused" });
    expect(report?.why).toContain(`not authorized to perform ${action}`);
    expect(asked).toEqual({ dark: [], users: [] });
  },
);

it("refuses a revision that the deployment does not bring", async () => {
  const deploys = hookEvent.executionDetails.targetServiceRevisionArn.replace(/2$/, "3");
  const environment = { good: goodOf(old), deploying: announced(candidate) };
  const cloud = { taskDefinition: taskDefinitionOf(candidate), environment, deploys };
  const { hookStatus, report } = await ask({ dark: candidate, cloud });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(report?.why).toContain("/3, not arn:aws:ecs");
});

it("refuses on a ledger that makes no sense", async () => {
  const deploying = { ...announced(candidate), smoke: "whatever" as "enforce" };
  const { hookStatus, report } = await ask({
    dark: candidate,
    cloud: { environment: { good: goodOf(old), deploying } },
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
});

it("does not admit what it cannot write down", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const { hookStatus, report } = await ask({ dark: candidate, cloud: { denied: ["PutItem"] } });
  expect({ hookStatus, report }).toEqual({ hookStatus: "FAILED", report: undefined });
  expect(said.mock.calls.flat().join()).toContain("the verdict could not be written");
});

it("refuses another service, and has nothing to say at another stage", async () => {
  const { executionDetails } = hookEvent;
  const foreign = { ...executionDetails, serviceArn: "arn:aws:ecs:eu-central-1:000000000000:service/shop/other" };
  const { hookStatus, report } = await ask({ dark: candidate, event: { ...hookEvent, executionDetails: foreign } });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  const shift = { ...hookEvent, lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT" };
  await expect(ask({ dark: candidate, event: shift })).rejects.toThrow("register it for POST_TEST_TRAFFIC_SHIFT alone");
});
