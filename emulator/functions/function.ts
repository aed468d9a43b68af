import { type Instance, startInstance } from "./instance.ts";
import { type FunctionArgs, type Result, throttled } from "./result.ts";

export interface LambdaFunction {
  invoke(event: unknown): Promise<Result>;
  /** Ends the instances; invocations under way end with an error. */
  close(): Promise<void>;
}

/** The concurrency of a new AWS account (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), here for each function. */
const concurrency = 10;

/** A Lambda function: instances start on demand, serve one invocation at a time and stay warm. */
export function createFunction(args: FunctionArgs): LambdaFunction {
  const instances = new Set<Instance>();
  const start = () => {
    const instance: Instance = startInstance(args, () => instances.delete(instance));
    instances.add(instance);
    return instance;
  };
  return {
    async invoke(event) {
      const warm = [...instances].find((instance) => instance.isFree());
      if (!warm && instances.size >= concurrency) return { error: throttled };
      return (warm ?? start()).invoke(event);
    },
    async close() {
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
}
