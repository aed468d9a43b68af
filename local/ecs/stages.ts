/**
 * The lifecycle stages of a blue/green deployment, in order. RECONCILE_SERVICE happens only when a new deployment finds more than
 * one active revision. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html
 */
export const stages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
] as const;

export type Stage = (typeof stages)[number];

/** Stages that a hook may be put on: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html */
export const hookStages: readonly string[] = stages.filter(
  (stage) => !["SCALE_UP", "BAKE_TIME", "CLEAN_UP"].includes(stage),
);
