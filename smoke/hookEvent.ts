import * as v from "valibot";

/**
 * What ECS sends to a lifecycle hook (both traffic weights are empty at this stage, so they aren't read).
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html
 */
export interface HookEvent {
  /** The only stage that this hook is registered for: green has the test traffic, users still see blue. */
  lifecycleStage: "POST_TEST_TRAFFIC_SHIFT";
  /** ARN of the service deployment. */
  resourceArn: string;
  executionDetails: { serviceArn: string; targetServiceRevisionArn: string };
}

const hookEvent = v.object({
  // A rollback calls the *_TRAFFIC_SHIFT stages again: a smoke there would veto the way back.
  lifecycleStage: v.literal("POST_TEST_TRAFFIC_SHIFT"),
  resourceArn: v.pipe(v.string(), v.includes(":service-deployment/")),
  executionDetails: v.object({
    serviceArn: v.pipe(v.string(), v.includes(":service/")),
    targetServiceRevisionArn: v.pipe(v.string(), v.includes(":service-revision/")),
  }),
});

/** Throws InvalidHookEvent, and ECS then rolls back: there is no deployment that a verdict could be written for. */
export function readHookEvent(event: unknown): HookEvent {
  const read = v.safeParse(hookEvent, event);
  if (read.success) return read.output;
  const problems = read.issues.map((issue) => `${v.getDotPath(issue) ?? "event"}: ${issue.message}`);
  throw new InvalidHookEvent(`ECS hook: ${problems.join("; ")}; register it for POST_TEST_TRAFFIC_SHIFT alone`);
}

export class InvalidHookEvent extends Error {
  override name = "InvalidHookEvent";
}
