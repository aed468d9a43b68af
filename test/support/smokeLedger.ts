import type { Announcement, EnvironmentItem, Good, SmokeRule } from "../../contract/ledger.ts";
import { type Colour, candidate, old } from "./smokeWorld.ts";

const ecs = "arn:aws:ecs:eu-central-1:000000000000";
const states = "arn:aws:states:eu-central-1:000000000000";
export const deployment = `${ecs}:service-deployment/shop/shop-live/d2`;
export const revision = `${ecs}:service-revision/shop/shop-live/2`;
/** The service revision that has users. */
export const source = `${ecs}:service-revision/shop/shop-live/1`;
export const sourceTaskDefinition = `${ecs}:task-definition/shop-live:1`;
export const template = `${ecs}:task-definition/shop-live-template:3`;
export const topic = "arn:aws:sns:eu-central-1:000000000000:shop-live-releases";

/** As ECS sends it at this stage: both weights empty. */
export const hookEvent = {
  executionId: "e8d5a28f",
  lifecycleStage: "POST_TEST_TRAFFIC_SHIFT",
  resourceArn: deployment,
  executionDetails: {
    serviceArn: `${ecs}:service/shop/shop-live`,
    targetServiceRevisionArn: revision,
    testTrafficWeights: {},
    productionTrafficWeights: {},
  },
};

/** ARN of an execution by what its application calls itself: `<lane>/<name>`. */
export const executionOf = (release: string): string => {
  const [lane, name] = release.split("/");
  return `${states}:execution:shop-live-${lane}:${name}`;
};

export const taskDefinitionOf = ({ release }: Colour): string =>
  `${ecs}:task-definition/shop-live:${[old, candidate].findIndex((one) => one.release === release) + 11}`;

export function goodOf(colour: Colour): Good {
  const { release, commit } = colour;
  const digest = `sha256:${"a".repeat(64)}`;
  return {
    image: `shop@${digest}`,
    commit,
    ref: "main",
    author: "ben",
    sequence: 1,
    execution: executionOf(release),
    taskDefinition: taskDefinitionOf(colour),
    release,
    digest,
    since: "2026-11-20T10:30:00.000Z",
    hotfix: false,
  };
}

export function announcementOf(colour: Colour, smoke: SmokeRule = "enforce"): Announcement {
  const { taskDefinition, release, commit, digest } = goodOf(colour);
  const at = "2026-11-23T10:14:00.000Z";
  return { execution: executionOf(release), fence: 7, taskDefinition, release, commit, digest, smoke, at };
}

/** Before the first release, with a free lock. */
export const fresh: EnvironmentItem = { id: "environment", fence: 0 };

/** `old` is good; `colour` is announced by its own execution, which holds the lock. */
export const environmentOf = (colour: Colour, smoke?: SmokeRule): EnvironmentItem => ({
  id: "environment",
  good: goodOf(old),
  holder: executionOf(colour.release),
  fence: 7,
  deploying: announcementOf(colour, smoke),
});
