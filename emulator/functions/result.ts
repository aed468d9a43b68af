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
