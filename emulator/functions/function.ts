import { type Instance, startInstance } from "./instance.ts";

export interface FunctionArgs {
  name: string;
  /** The bundle: a directory with the handler's module. */
  directory: string;
  /** `index.step`: export `step` of index.mjs. */
  handler: string;
  /** From the graph. With the runtime's own variables it is all that the function sees. */
  environment: Readonly<Record<string, string>>;
  /** Seconds, real time. */
  timeoutSeconds: number;
  credentials: { accessKeyId: string; secretAccessKey: string };
  region: string;
  /** Where the SDK's clients find the embedded cloud. */
  endpoint: string;
  /**
   * The embedded cloud's DNS for `fetch`: the origin that the function asks → where it is served, such as `https://dev.example.com` →
   * `http://127.0.0.1:41234`. Any other origin but the endpoint's can't be reached.
   */
  hosts: Readonly<Record<string, string>>;
}

/** What a function's error is to its caller; `errorType` is the thrown error's `name`, which Step Functions matches. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

/** Payloads went through JSON both ways. */
export type Result = { payload: unknown } | { error: FunctionError };

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

/** Too many invocations: https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html. */
export const throttled: FunctionError = {
  errorType: "Lambda.TooManyRequestsException",
  errorMessage: "Rate Exceeded.",
};

/** What is left of an invocation that didn't answer in time. */
export const timedOut = (seconds: number, requestId: string): FunctionError => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});
