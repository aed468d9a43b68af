import { randomUUID } from "node:crypto";
import { devNull } from "node:os";
import { Worker } from "node:worker_threads";
import type { FunctionArgs, FunctionError, Result } from "./function.ts";

/** What the runtime is started with. */
export type RuntimeData = Pick<FunctionArgs, "name" | "directory" | "handler" | "hosts" | "endpoint">;

/** One invocation, to the runtime. */
export interface Invocation {
  requestId: string;
  /** Event as JSON text. */
  event: string;
  /** Milliseconds since 1970 when the invocation times out, real time. */
  deadline: number;
}

/** And its answer; `payload` is JSON text. */
export type Reply = { payload: string } | { error: FunctionError };

/** One execution environment of a function: a worker thread with an environment of its own. */
export interface Instance {
  /** One at a time. A timed-out or broken instance is over, and has said so before this resolves. */
  invoke(event: unknown): Promise<Result>;
  end(): Promise<void>;
}

/** Starts at once; what goes wrong at the start is the first invocation's error. `onEnd` is called when the instance is over. */
export function startInstance(args: FunctionArgs, onLog: (text: string) => void, onEnd: () => void): Instance {
  const { name, directory, handler, hosts, endpoint } = args;
  const data: RuntimeData = { name, directory, handler, hosts, endpoint };
  const worker = new Worker(new URL("./runtime.ts", import.meta.url), {
    workerData: data,
    env: variables(args),
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding("utf8").on("data", onLog);

  let answer: (reply: Reply) => void = () => {};
  const over = (error: FunctionError) => {
    onEnd();
    answer({ error });
  };
  worker.on("message", (reply: Reply) => answer(reply));
  worker.on("error", (error: unknown) =>
    over({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited: ${error}` }),
  );
  worker.on("exit", (code) =>
    over({ errorType: "Runtime.ExitError", errorMessage: `Error: Runtime exited with error: exit status ${code}` }),
  );

  return {
    async invoke(event) {
      const requestId = randomUUID();
      const limit = args.timeoutSeconds * 1000;
      const reply = await new Promise<Reply>((resolve) => {
        const timer = setTimeout(() => {
          over(timedOut(requestId, args.timeoutSeconds));
          void worker.terminate();
        }, limit);
        answer = (reply) => {
          clearTimeout(timer);
          resolve(reply);
        };
        const invocation: Invocation = {
          requestId,
          event: JSON.stringify(event ?? null),
          deadline: Date.now() + limit,
        };
        worker.postMessage(invocation);
      });
      return "error" in reply ? reply : { payload: JSON.parse(reply.payload) };
    },
    async end() {
      await worker.terminate();
    },
  };
}

/** All that the function sees of an environment. A profile of the machine's user must not reach the SDK: it could name a real account. */
function variables({
  name,
  environment,
  credentials,
  region,
  endpoint,
  handler,
}: FunctionArgs): Record<string, string> {
  return {
    ...environment,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken ? { AWS_SESSION_TOKEN: credentials.sessionToken } : {}),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoint,
    AWS_LAMBDA_FUNCTION_NAME: name,
    _HANDLER: handler,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

const timedOut = (requestId: string, seconds: number): FunctionError => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});
