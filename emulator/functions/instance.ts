import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { Worker } from "node:worker_threads";
import { type FunctionArgs, type FunctionError, type Result, timedOut } from "./result.ts";

/** What the runtime is started with. */
export type RuntimeData = Pick<FunctionArgs, "name" | "directory" | "handler" | "hosts" | "endpoint">;

/** One invocation, to the runtime; it answers with a {@link Result}. */
export interface Invocation {
  requestId: string;
  event: unknown;
  /** Milliseconds since 1970 when the invocation times out, real time. */
  deadline: number;
}

/** One execution environment of a function: a worker thread with an environment of its own. */
export interface Instance {
  /** Nothing is under way. */
  isFree(): boolean;
  /** One at a time. A timed-out or broken instance is over, and has said so before this resolves. */
  invoke(event: unknown): Promise<Result>;
  end(): Promise<unknown>;
}

/** Starts at once; what goes wrong at the start is the first invocation's error. `onEnd` is called when the instance is over. */
export function startInstance(args: FunctionArgs, onEnd: () => void): Instance {
  const { name, directory, handler, hosts, endpoint } = args;
  const data: RuntimeData = { name, directory, handler, hosts, endpoint };
  const worker = new Worker(new URL("./runtime.ts", import.meta.url), {
    workerData: data,
    env: variables(args),
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  // CloudWatch would keep what it writes; here nobody reads it.
  for (const stream of [worker.stdout, worker.stderr]) stream.resume();

  let answer: ((result: Result) => void) | undefined;
  const settle = (result: Result) => {
    answer?.(result);
    answer = undefined;
  };
  const over = (error: FunctionError) => {
    onEnd();
    settle({ error });
  };
  const exited = (why: string) => over({ errorType: "Runtime.ExitError", errorMessage: why });
  worker.on("message", settle);
  worker.on("error", (error) => exited(`Runtime exited: ${error}`));
  worker.on("exit", (code) => exited(`Error: Runtime exited with error: exit status ${code}`));

  return {
    isFree: () => answer === undefined,
    invoke(event) {
      const requestId = randomUUID();
      const { promise, resolve } = Promise.withResolvers<Result>();
      answer = resolve;
      const limit = args.timeoutSeconds * 1000;
      const timer = setTimeout(() => {
        over(timedOut(args.timeoutSeconds, requestId));
        void worker.terminate();
      }, limit);
      const invocation: Invocation = {
        requestId,
        event: JSON.parse(JSON.stringify(event ?? null)),
        deadline: Date.now() + limit,
      };
      worker.postMessage(invocation);
      return promise.finally(() => clearTimeout(timer));
    },
    end: () => worker.terminate(),
  };
}

/** All that the function sees of an environment. A profile of the machine's user must not reach the SDK: it could name a real account. */
const variables = (args: FunctionArgs): Record<string, string> => ({
  ...args.environment,
  AWS_ACCESS_KEY_ID: args.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: args.credentials.secretAccessKey,
  AWS_REGION: args.region,
  AWS_DEFAULT_REGION: args.region,
  AWS_ENDPOINT_URL: args.endpoint,
  AWS_LAMBDA_FUNCTION_NAME: args.name,
  _HANDLER: args.handler,
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
});
