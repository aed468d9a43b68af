import { AwsError } from "../awsError.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { ArmedRule } from "./faults.ts";

/**
 * `throttle`: the service refuses the call, undone. `lose`: it does it, and the caller never learns. Both as every AWS service names
 * them (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html); SDK clients try either again, up to three times.
 */
export const faultyCall =
  (
    rules: readonly ArmedRule[],
    stackOf: (arn: string) => string | undefined,
    around: NonNullable<CloudArgs["aroundCall"]> = (_call, simply) => simply(),
  ): typeof around =>
  async (call, perform) => {
    const { service, action, caller } = call;
    const strikes = (fault: "throttle" | "lose") =>
      rules.some(
        (rule) =>
          rule.fault === fault &&
          rule.where === service &&
          rule.name === action &&
          (rule.environment === undefined || rule.environment === stackOf(caller)) &&
          rule.strikes(rule.amount),
      );
    if (strikes("throttle")) throw new AwsError("ThrottlingException", "Rate exceeded");
    const answer = await around(call, perform);
    if (strikes("lose"))
      throw new AwsError("InternalFailure", "The response was lost; the call may have been done.", 500);
    return answer;
  };
