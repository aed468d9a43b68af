import type { FunctionResource } from "../cloud/account.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import type { Result } from "../functions/function.ts";
import { type ArmedRule, shortName } from "./faults.ts";

/**
 * `throttle`: too many invocations, none is made. `timeout`: the function does its work and then hangs until Lambda ends it, so that
 * whoever called can't know how far it got.
 */
export const faultyFunction =
  (
    rules: readonly ArmedRule[],
    stackOf: (arn: string) => string | undefined,
    { clock, runFunction }: Pick<CloudArgs, "clock" | "runFunction">,
  ): CloudArgs["runFunction"] =>
  (resource, hosts) => {
    const running = runFunction(resource, hosts);
    const here = rules.filter(
      ({ where, name, environment }) =>
        where === "lambda" &&
        name === shortName(resource.name) &&
        (environment === undefined || environment === stackOf(resource.arn)),
    );
    const strikes = (fault: "throttle" | "timeout") =>
      here.some((rule) => rule.fault === fault && rule.strikes(rule.amount));
    return {
      close: running.close,
      async invoke(event) {
        if (strikes("throttle")) return throttled;
        const begun = clock.now();
        const result = await running.invoke(event);
        if (!strikes("timeout")) return result;
        await clock.sleep(Math.max(0, begun + resource.timeoutSeconds * 1000 - clock.now()));
        return timedOut(resource);
      },
    };
  };

/** As Step Functions names it: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html. */
const throttled: Result = {
  error: { errorType: "Lambda.TooManyRequestsException", errorMessage: "Rate Exceeded." },
};

const timedOut = ({ timeoutSeconds }: FunctionResource): Result => ({
  error: {
    errorType: "Sandbox.Timedout",
    errorMessage: `Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  },
});
