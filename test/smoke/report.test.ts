import { afterEach, expect, it, vi } from "vitest";
import { admission } from "../../smoke/admission.ts";
import { smokeCloud } from "../support/smokeCloud.ts";
import { askHook, hookVariables, noRequests } from "../support/smokeHook.ts";
import { deployment, environmentOf, executionOf, hookEvent, revision, template } from "../support/smokeLedger.ts";
import { candidate, old, smokeWorld } from "../support/smokeWorld.ts";

const execution = executionOf(candidate.release);
const muteErrors = () => vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => vi.restoreAllMocks());

// What can't be found out

it("refuses everything once the ledger's environment item is missing", async () => {
  const missing = "the ledger's environment item is missing: restore shop-live-ledger from its point-in-time recovery";
  for (const { hookStatus, report } of [
    await askHook({ environment: "missing" }),
    await askHook({ environment: "missing", dark: old }),
    await askHook({ environment: "missing", cloud: { isFirst: true, taskDefinition: template } }),
  ])
    expect({ hookStatus, report }).toMatchObject({
      hookStatus: "FAILED",
      report: { verdict: "refused", why: `it can't be judged: ${missing}` },
    });
});

it.each(["GetItem", "DescribeServiceRevisions", "DescribeServiceDeployments"])(
  "refuses when it may not %s",
  async (action) => {
    const { hookStatus, report, why, requests } = await askHook({ cloud: { denied: [action] } });
    expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
    expect(why).toContain(`not authorized to perform ${action}`);
    expect(requests).toEqual(noRequests);
  },
);

it("refuses on a ledger that makes no sense, and says where", async () => {
  const environment = environmentOf(candidate, "whatever" as "enforce");
  const { hookStatus, report, why } = await askHook({ environment });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(why).toContain("makes no sense at deploying.smoke: ");
});

it("refuses a revision that the deployment does not bring", async () => {
  const { hookStatus, report, why } = await askHook({ cloud: { deploys: revision.replace(/2$/, "3") } });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(why).toContain("/3, not arn:aws:ecs");
});

it("refuses another service, and has nothing to say at another stage", async () => {
  const serviceArn = "arn:aws:ecs:eu-central-1:000000000000:service/shop/other";
  const executionDetails = { ...hookEvent.executionDetails, serviceArn };
  const { hookStatus, report } = await askHook({ event: { ...hookEvent, executionDetails } });
  expect({ hookStatus, report }).toMatchObject({
    hookStatus: "FAILED",
    report: { verdict: "refused", why: `${serviceArn} is not this hook's service (:service/shop/shop-live)` },
  });
  const shift = { ...hookEvent, lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT" };
  await expect(askHook({ event: shift })).rejects.toThrow("register it for POST_TEST_TRAFFIC_SHIFT alone");
});

// The report and the deadline

it("does not admit what it can't write down", async () => {
  const error = muteErrors();
  const { hookStatus, report } = await askHook({ cloud: { denied: ["PutItem"] } });
  expect({ hookStatus, report }).toEqual({ hookStatus: "FAILED", report: undefined });
  expect(error.mock.calls.flat().join()).toContain("not admitted, the report can't be written: not authorized");
});

it.each(["DescribeServiceRevisions", "GetItem", "DescribeExecution", "DescribeTaskDefinition"])(
  "answers in time, and reports, where %s hangs",
  async (action) => {
    const { hookStatus, report, why, seconds } = await askHook({ cloud: { hanging: [action] } });
    expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
    expect(why).toBe("it can't be judged: judging took more than 120 s");
    expect(seconds).toBe(120);
  },
);

it("answers in time where writing hangs", async () => {
  const error = muteErrors();
  const { hookStatus, seconds } = await askHook({ cloud: { hanging: ["PutItem"] } });
  expect(hookStatus).toBe("FAILED");
  expect(error.mock.calls.flat().join()).toContain("writing took more than 20 s");
  expect(seconds).toBeLessThan(140);
});

it("reports anew where ECS asks again about the same deployment: the last report counts", async () => {
  let isRed = true;
  await using world = await smokeWorld({
    users: old,
    dark: candidate,
    meddle: ({ isTest, path }) =>
      isRed && isTest && path === "/products"
        ? Promise.resolve(Response.json([], { headers: { "x-greengate-release": candidate.release } }))
        : undefined,
  });
  const aws = smokeCloud(
    { environment: environmentOf(candidate), executions: { [execution]: "RUNNING" } },
    world.clock,
  );
  const hook = admission(hookVariables, { ...world, ...aws });
  expect(await hook(hookEvent)).toEqual({ hookStatus: "FAILED" });
  expect(aws.ledger.get(`smoke#${deployment}`)).toMatchObject({ verdict: "red", admitted: false });
  isRed = false;
  expect(await hook(hookEvent)).toEqual({ hookStatus: "SUCCEEDED" });
  expect(aws.ledger.get(`smoke#${deployment}`)).toMatchObject({ verdict: "green", admitted: true });
});

it("shows no character of a stranger's answer that hides or forges what follows", async () => {
  const body = { status: "ok", commit: "\u202Egreen\n\u200Bred", release: candidate.release };
  const forged = () => Promise.resolve(Response.json(body, { headers: { "x-greengate-release": candidate.release } }));
  const { why } = await askHook({ meddle: ({ isTest }) => (isTest ? forged() : undefined) });
  expect(why).toContain(`last: commit  green red, not ${candidate.commit}`);
});
