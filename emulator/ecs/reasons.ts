/** ECS's own words, for people: decide by status, never by these. Those marked [unverified] were not found in any source. */

/** https://github.com/hashicorp/terraform-provider-aws, TestAccECSService_BlueGreenDeployment_circuitBreakerRollback */
export const circuitBreakerExceeded =
  "Service deployment rolled back because the circuit breaker threshold was exceeded.";

/** The same test; also in https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ (ECS events of level ERROR). */
export const noRollbackCandidate = "No rollback candidate was found to run the rollback.";

/** As somebody saw it in a canary deployment, which is this one in smaller steps. */
export const activeAlarms = "Service deployment rolled back because of one or more active alarms.";

/** [unverified] */
export const stoppedByUser = "Service deployment rolled back because of a StopServiceDeployment request.";

/** [unverified] */
export const superseded = "Service deployment stopped because a newer service deployment was started.";

/** Why ECS stopped a task: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html */
export const scaledIn = (deployment: string): string => `Scaling activity initiated by (deployment ${deployment})`;
export const healthChecksFailed = (targetGroup: string): string =>
  `Task failed ELB health checks in (target-group ${targetGroup})`;

/** What a hook's failure does to the deployment, by stage and ARN of the function. */
export type HookReason = (stage: string, target: string) => string;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html, "Lifecycle hook issues" */
export const hookFailed: HookReason = (stage, target) =>
  `${hooksFailed(stage)} Lifecycle hook target ${target} returned FAILED status.`;

/** The same page, for a role that lacks `lambda:InvokeFunction`. [unverified] for Lambda's other refusals, such as throttling. */
export const hookNotInvoked =
  (why: string): HookReason =>
  (stage, target) =>
    `${hooksFailed(stage)} ECS was unable to invoke hook target ${target} due to ${why}`;

/** A function that threw, timed out or answered anything else. The text as observed; the page above has it without the colon. */
export const hookUnparsable: HookReason = (stage, target) =>
  `${hooksFailed(stage)} ECS was unable to parse the response from ${target} due to: HookStatus must not be null.`;

/** [unverified]; modelled on the text of a pause hook. */
export const hookTimedOut: HookReason = (stage) =>
  `Service deployment rolled back because ${stage} lifecycle hook timed out.`;

const hooksFailed = (stage: string) => `Service deployment rolled back because ${stage} lifecycle hook(s) failed.`;
