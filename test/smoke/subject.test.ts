import { afterEach, expect, it, vi } from "vitest";
import type { EnvironmentItem } from "../../contract/ledger.ts";
import type { CloudArgs } from "../support/smokeCloud.ts";
import { askHook, type HookStory, noRequests, redOld } from "../support/smokeHook.ts";
import {
  announcementOf,
  environmentOf,
  executionOf,
  fresh,
  goodOf,
  taskDefinitionOf,
  template,
  topic,
} from "../support/smokeLedger.ts";
import { candidate, old } from "../support/smokeWorld.ts";

const execution = executionOf(candidate.release);
const muteErrors = () => vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => vi.restoreAllMocks());

// Announcements that don't count: each is refused without asking the application anything

const holder = executionOf("emergency/fix");
const { holder: _, ...free } = environmentOf(candidate);
const at = "2026-10-24T10:14:00.000Z"; // 30 days before the hook is called
const ancient = { ...environmentOf(candidate), deploying: { ...announcementOf(candidate), at } };

it.each<[string, HookStory, string]>([
  [
    "of another task definition",
    { environment: environmentOf(old), cloud: { executions: { [executionOf(old.release)]: "RUNNING" } } },
    `nobody announced ${taskDefinitionOf(candidate)} (announced is ${taskDefinitionOf(old)}): deploy through the release machine`,
  ],
  [
    "that were never made",
    { environment: { id: "environment", fence: 7, good: goodOf(old) } },
    `nobody announced ${taskDefinitionOf(candidate)} (no release is announced): deploy through the release machine`,
  ],
  [
    "by an execution that another took the lock from",
    { environment: { ...environmentOf(candidate), holder }, cloud: { executions: { [execution]: "RUNNING" } } },
    `${execution} announced it and does not hold the lock, which ${holder} holds`,
  ],
  [
    "by an execution that has given the lock back",
    { environment: free },
    `${execution} announced it and no longer holds the lock, which is free`,
  ],
  [
    "under an older fence",
    { environment: { ...environmentOf(candidate), fence: 8 } },
    `${execution} announced it under fence 7; the lock has been taken again since, its fence is 8`,
  ],
  [
    "by an execution that was stopped 30 days ago and left the lock behind",
    { environment: ancient, cloud: { executions: { [execution]: "ABORTED" } } },
    `${execution} announced it and does not run: it is ABORTED`,
  ],
  [
    "by an execution that may be redriven",
    { cloud: { executions: { [execution]: "PENDING_REDRIVE" } } },
    `${execution} announced it and does not run: it is PENDING_REDRIVE`,
  ],
  [
    "by an execution whose history is gone",
    { environment: ancient, cloud: { executions: {} } },
    `${execution} announced it and does not exist`,
  ],
  [
    "by an execution that Step Functions can't describe",
    { cloud: { denied: ["DescribeExecution"] } },
    `it can't be judged: whether ${execution}, which announced it, runs can't be found out: not authorized to perform DescribeExecution`,
  ],
])("refuses on an announcement %s", async (_, story, why) => {
  const { hookStatus, report, requests, notices } = await askHook(story);
  expect({ hookStatus, report }).toMatchObject({ hookStatus: "FAILED", report: { verdict: "refused", why } });
  expect(requests).toEqual(noRequests);
  expect(notices).toEqual([]);
});

// The way back

/** A rollback to `old`, announced by its own execution; the incident is on: `old` would be red by the whole smoke. */
const rollback = executionOf("rollback/back-1");
const back: EnvironmentItem = {
  id: "environment",
  fence: 7,
  holder: rollback,
  good: goodOf(old),
  deploying: { ...announcementOf(old), execution: rollback },
};
const wayBack = (environment: EnvironmentItem, story: HookStory = {}) =>
  askHook({
    dark: redOld,
    users: candidate,
    environment,
    ...story,
    cloud: { executions: { [rollback]: "RUNNING" }, ...story.cloud },
  });

it.each(["good", "previous"] as const)("lets the way back to the %s release pass on being there", async (role) => {
  const { good: _, ...rest } = back;
  const environment = { ...rest, good: goodOf(candidate), [role]: goodOf(old) };
  const { hookStatus, report, requests, notices } = await wayBack(environment, {
    cloud: { denied: ["GetSecretValue", "DescribeTaskDefinition"] },
  });
  const history = role === "good" ? "it is last-known-good" : "it was good before";
  expect({ hookStatus, report }).toMatchObject({
    hookStatus: "SUCCEEDED",
    report: { verdict: "known", release: old.release, why: `${history}; 1 check passed` },
  });
  expect(requests.dark.every(({ path }) => path === "/health")).toBe(true);
  expect(requests.users).toEqual([]);
  expect(notices).toEqual([]);
});

it.each<[string, EnvironmentItem, CloudArgs, string]>([
  ["nobody announced", { id: "environment", fence: 7, good: goodOf(old) }, {}, "is last-known-good"],
  [
    "was good before, and nobody announced",
    { id: "environment", fence: 7, good: goodOf(candidate), previous: goodOf(old) },
    {},
    "was good before",
  ],
  ["a dead execution announced", back, { executions: { [rollback]: "FAILED" } }, "is last-known-good"],
  ["another than the lock's holder announced", { ...back, holder }, {}, "is last-known-good"],
  ["was announced under an older fence", { ...back, fence: 8 }, {}, "is last-known-good"],
])("admits a good release that %s, and tells everyone", async (_, environment, cloud, history) => {
  const { hookStatus, report, notices } = await wayBack(environment, { cloud });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "SUCCEEDED", verdict: "known" });
  const message = `ECS deploys ${old.commit} (${old.release}), which ${history}, without a release of Greengate: somebody deployed it by hand`;
  expect(notices).toEqual([{ topic, subject: "live: deployed by hand", message, to: "everyone" }]);
});

it.each(["denied", "hanging"] as const)(
  "admits a good release though telling people is %s, and logs it",
  async (how) => {
    const error = muteErrors();
    const environment: EnvironmentItem = { id: "environment", fence: 7, good: goodOf(old) };
    const { hookStatus, report, seconds } = await wayBack(environment, { cloud: { [how]: ["Publish"] } });
    expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "SUCCEEDED", verdict: "known" });
    expect(error.mock.calls.flat().join()).toContain(`nobody was told of ${old.release}: `);
    expect(seconds).toBeLessThanOrEqual(20);
  },
);

it("vetoes no way back because Step Functions can't say whether its execution runs", async () => {
  const error = muteErrors();
  const { hookStatus, notices } = await wayBack(back, { cloud: { denied: ["DescribeExecution"] } });
  expect({ hookStatus, notices }).toEqual({ hookStatus: "SUCCEEDED", notices: [] });
  expect(error.mock.calls.flat().join()).toContain("not authorized to perform DescribeExecution");
});

it("does not take another release for the way back", async () => {
  const { hookStatus, report, why } = await wayBack(back, {
    dark: candidate,
    cloud: { taskDefinition: taskDefinitionOf(old) },
  });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(why).toContain(`last: release ${candidate.release}`);
});

it("does not admit a way back that says itself that it is ill", async () => {
  const body = { status: "down", commit: old.commit, release: old.release };
  const ill = () => Promise.resolve(Response.json(body, { headers: { "x-greengate-release": old.release } }));
  const { hookStatus, report, why } = await wayBack(back, { meddle: ({ isTest }) => (isTest ? ill() : undefined) });
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "red" });
  expect(why).toContain("health.release fail: GET /health says down, not ok");
});

// While nothing was good yet

const creation = (environment: EnvironmentItem, cloud: CloudArgs = {}) =>
  askHook({ dark: redOld, users: redOld, environment, cloud: { isFirst: true, taskDefinition: template, ...cloud } });

it("admits the service's own creation unseen", async () => {
  const { hookStatus, report, requests } = await creation(fresh);
  expect({ hookStatus, report }).toMatchObject({
    hookStatus: "SUCCEEDED",
    report: { verdict: "first", why: "the service is being created: no task runs yet" },
  });
  expect(requests).toEqual(noRequests);
});

it.each<[string, EnvironmentItem, CloudArgs]>([
  ["a release's task definition", fresh, { taskDefinition: taskDefinitionOf(candidate) }],
  ["another revision in the template's family", fresh, { taskDefinition: template.replace(/:3$/, ":4") }],
  ["a task definition of another family", fresh, { taskDefinition: template.replace("-template:", "-template-2:") }],
  ["the template, where the service runs something already", fresh, { isFirst: false }],
  ["the template, where a release is announced", { ...fresh, deploying: announcementOf(candidate) }, {}],
  ["the template, where a release was good before", { ...fresh, good: goodOf(candidate) }, {}],
])("refuses %s by hand", async (_, environment, cloud) => {
  const { hookStatus, report, requests } = await creation(environment, cloud);
  expect({ hookStatus, verdict: report?.verdict }).toEqual({ hookStatus: "FAILED", verdict: "refused" });
  expect(report?.why).toMatch(/^nobody announced .*: deploy through the release machine$/);
  expect(report?.why.includes("nothing was good here yet")).toBe(environment.good === undefined);
  expect(requests).toEqual(noRequests);
});
