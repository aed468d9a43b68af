import * as v from "valibot";
import { DeploymentFailure } from "./failure.ts";

const text = v.pipe(v.string("set"), v.nonEmpty("set"));
const matching = (pattern: RegExp, rule: string) => v.pipe(v.string(rule), v.regex(pattern, rule));
const whole = (pattern: RegExp, rule: string) => v.pipe(matching(pattern, rule), v.transform(Number));

const schema = v.object({
  /** Name of the environment's ledger table. */
  LEDGER: text,
  /** Name or ARN of the cluster. */
  CLUSTER: text,
  /** Name of the ECS service. */
  SERVICE: text,
  /** Task definition family that releases are registered in. */
  FAMILY: text,
  /** Desired count, used only while the service's is 0: the first release brings the tasks. */
  TASKS: whole(/^[1-9]\d*$/, "a whole number from 1"),
  /** Origin that users open. */
  ADDRESS: matching(/^https:\/\/[^/?#\s]+$/, "an https origin without a path"),
  /** Path that answers 200 where the application is well. */
  HEALTH_PATH: matching(/^\/\S*$/, "a path"),
  /** ARN of the function that ECS asks before it shifts users' traffic. */
  HOOK: matching(/^arn:\S+$/, "the ARN of a function"),
  /** ARN of the listener rule that users' requests go through. */
  PRODUCTION_RULE: matching(/^arn:\S+$/, "the ARN of a listener rule"),
  /** How long a release may take to get up. */
  SCALE_UP_MINUTES: whole(/^[1-9]\d*$/, "a whole number from 1"),
  /** How long ECS keeps the old tasks after the traffic has moved. */
  BAKE_MINUTES: whole(/^\d+$/, "a whole number from 0"),
});

export type DeploymentSettings = v.InferOutput<typeof schema>;

/** Reads the function's environment variables. Throws one InvalidCall that names every variable that is missing or wrong. */
export function readSettings(env: Record<string, string | undefined>): DeploymentSettings {
  const { success, output, issues } = v.safeParse(schema, env);
  if (success) return output;
  const problems = issues.map((issue) => `${v.getDotPath(issue)} must be ${showRule(issue)}, not ${showValue(issue)}`);
  throw new DeploymentFailure("InvalidCall", `environment variables to be set by pulumi up: ${problems.join("; ")}`);
}

/** A key that is missing has valibot's own message. */
const showRule = ({ input, message }: v.BaseIssue<unknown>): string => (input === undefined ? "set" : message);
const showValue = ({ input }: v.BaseIssue<unknown>): string => JSON.stringify(input) ?? "undefined";
