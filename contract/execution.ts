import * as v from "valibot";
import { text } from "./rules.ts";

/** An environment's three machines: who may start which is a matter of IAM. */
export const lanes = ["release", "emergency", "rollback"] as const;
export const lane = v.picklist(lanes);
export type Lane = v.InferOutput<typeof lane>;

/**
 * ARN of an execution. Its name may hold nearly everything, dots and letters of any language among it:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export const executionArn = text(
  /^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:execution:[\w-]{1,80}:[^:\s]{1,80}$/u,
  "the ARN of an execution",
);

/** The name that whoever started the execution gave it. */
export const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(":") + 1);

/** The machine's name, `<project>-<environment>-<lane>`. */
export const machineOf = (arn: string): string => arn.split(":")[6] ?? "";

/** The lane of an execution; undefined for a machine that isn't one of ours. */
export const laneOf = (arn: string): Lane | undefined => lanes.find((each) => machineOf(arn).endsWith(`-${each}`));

/**
 * What the application calls itself (`GREENGATE_RELEASE`), unique to the execution: one name may be used in two lanes. It travels in
 * a header, so it is ASCII.
 */
export const releaseOf = (arn: string): string => `${laneOf(arn) ?? "unknown"}/${encodeURIComponent(nameOf(arn))}`;

/** A release as the application echoes it. */
export const releaseName = text(/^[\w%.!~*'()/-]{1,800}$/, "a release's name");
