import * as v from "valibot";
import { admissionReport, type EnvironmentItem } from "../../contract/ledger.ts";
import { admission } from "../../smoke/admission.ts";
import { type CloudArgs, smokeCloud } from "./smokeCloud.ts";
import { deployment, environmentOf, executionOf, hookEvent, taskDefinitionOf, template, topic } from "./smokeLedger.ts";
import { type Colour, candidate, old, origin, smokeWorld, type WorldArgs } from "./smokeWorld.ts";

export const hookVariables = {
  ADDRESS: origin,
  MERCHANTS: "merchant-smoke",
  SIGN_IN_SECRET: "sign-in",
  ENVIRONMENT: "live",
  TEST_HEADER: "x-greengate-test: green",
  LEDGER: "shop-live-ledger",
  CLUSTER: "shop",
  SERVICE: "shop-live",
  TOPIC: topic,
  TEMPLATE: template,
};

export interface HookStory {
  /** What the test header leads to, and ECS asks about. */
  dark?: Colour;
  /** What users get. */
  users?: Colour;
  /** What ECS runs for users, where that isn't what they get. */
  source?: Colour;
  environment?: EnvironmentItem | "missing";
  cloud?: CloudArgs;
  meddle?: WorldArgs["meddle"];
  event?: object;
}

/** By default `old` serves and is good, and the candidate is announced by its execution, which runs and holds the lock. */
export async function askHook(story: HookStory = {}) {
  const { dark = candidate, users = old, source = users, cloud = {}, meddle, event = hookEvent } = story;
  await using world = await smokeWorld({ environment: "live", users, dark, ...(meddle && { meddle }) });
  const { environment = environmentOf(dark) } = story;
  const aws = smokeCloud(
    {
      taskDefinition: taskDefinitionOf(dark),
      ...(environment === "missing" ? {} : { environment }),
      source: { PORT: "3000", GREENGATE_RELEASE: source.release, COMMIT: source.commit },
      executions: { [executionOf(dark.release)]: "RUNNING" },
      ...cloud,
    },
    world.clock,
  );
  const start = world.clock.now();
  const { hookStatus } = await admission(hookVariables, { ...world, ...aws })(event);
  const written = aws.ledger.get(`smoke#${deployment}`);
  const report = written && v.parse(admissionReport, written);
  if (report && report.admitted !== (hookStatus === "SUCCEEDED"))
    throw new Error("the report is not what ECS was told");
  return {
    hookStatus,
    report,
    why: report?.why,
    notices: aws.notices,
    seconds: (world.clock.now() - start) / 1000,
    requests: {
      dark: world.requests.filter(({ isTest }) => isTest),
      users: world.requests.filter(({ isTest }) => !isTest),
    },
  };
}

export const as = (build: Colour["build"]): Colour => ({ ...candidate, build });
/** What serves is red. */
export const redOld: Colour = { ...old, build: "dark-red" };
/** No request reached the application. */
export const noRequests = { dark: [], users: [] };
