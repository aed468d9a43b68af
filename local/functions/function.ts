import { AwsError } from "../awsError.ts";
import { recentText } from "../tasks/recentText.ts";
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
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
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
  /** Throws an {@link AwsError} (TooManyRequestsException) when too many invocations are under way. */
  invoke(event: unknown): Promise<Result>;
  /** The end of what the function has written. */
  log(): string;
  /** Ends the instances; invocations under way end with an error. */
  close(): Promise<void>;
}

/** The concurrency of a new AWS account (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), here for each function. */
const concurrency = 10;

/** A Lambda function: instances start on demand, serve one invocation at a time and stay warm. */
export function createFunction(args: FunctionArgs): LambdaFunction {
  const log = recentText();
  const instances = new Set<Instance>();
  const idle: Instance[] = [];

  const start = () => {
    const instance: Instance = startInstance(args, log.add, () => {
      instances.delete(instance);
      const at = idle.indexOf(instance);
      if (at >= 0) idle.splice(at, 1);
    });
    instances.add(instance);
    return instance;
  };
  return {
    async invoke(event) {
      if (idle.length === 0 && instances.size >= concurrency)
        throw new AwsError(
          "TooManyRequestsException",
          `Rate Exceeded: ${concurrency} of ${args.name} are running.`,
          429,
        );
      const instance = idle.pop() ?? start();
      const result = await instance.invoke(event);
      if (instances.has(instance)) idle.push(instance);
      return result;
    },
    log: log.read,
    async close() {
      await Promise.all([...instances].map((instance) => instance.end()));
    },
  };
}
