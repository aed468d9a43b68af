import { AwsError } from "../awsError.ts";
import type { CloudArgs } from "../cloud/cloud.ts";
import { throttled, timedOut } from "../functions/result.ts";
import { type Meet, type StackOf, shortName } from "./meet.ts";

type AroundCall = NonNullable<CloudArgs["aroundCall"]>;

/**
 * `throttle`: the service refuses the call, undone. `lose`: it does it, and the caller never learns. Both as every AWS service names
 * them (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html); SDK clients try either again, up to three times.
 */
export const faultyCall =
  (meet: Meet, stackOf: StackOf, around: AroundCall = (_call, simply) => simply()): AroundCall =>
  async (call, perform) => {
    const met = { where: call.service, name: call.action, stack: stackOf(call.caller) };
    if (meet("throttle", met)) throw new AwsError("ThrottlingException", "Rate exceeded");
    const answer = await around(call, perform);
    if (meet("lose", met))
      throw new AwsError("InternalFailure", "The response was lost; the call may have been done.", 500);
    return answer;
  };

/**
 * `throttle`: too many invocations, none is made. `timeout`: the function does its work and then hangs until Lambda ends it, so that
 * whoever called can't know how far it got.
 */
export const faultyFunction =
  (meet: Meet, stackOf: StackOf, { clock, runFunction }: CloudArgs): CloudArgs["runFunction"] =>
  (resource, hosts) => {
    const running = runFunction(resource, hosts);
    const met = { where: "lambda", name: shortName(resource.name), stack: stackOf(resource.arn) };
    return {
      close: running.close,
      async invoke(event) {
        if (meet("throttle", met)) return { error: throttled };
        const begun = clock.now();
        const result = await running.invoke(event);
        if (!meet("timeout", met)) return result;
        await clock.sleep(Math.max(0, begun + resource.timeoutSeconds * 1000 - clock.now()));
        return { error: timedOut(resource.timeoutSeconds, noRequest) };
      },
    };
  };

/** A run repeats from its seed, and no id that Lambda draws does. */
const noRequest = "00000000-0000-0000-0000-000000000000";
