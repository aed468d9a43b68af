/** What runs in a function's worker thread: imports the bundle, then one invocation after the other. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { resolveHosts } from "./hosts.ts";
import type { Invocation, RuntimeData } from "./instance.ts";
import type { FunctionError, Result } from "./result.ts";

const { name, directory, handler, hosts, endpoint }: RuntimeData = workerData;
resolveHosts({ hosts, endpoint });
const loading = load();
// What went wrong is the first invocation's error.
loading.catch(() => {});

parentPort?.on("message", async (invocation: Invocation) => parentPort?.postMessage(await run(invocation)));

async function run({ requestId, event, deadline }: Invocation): Promise<Result> {
  const context = {
    awsRequestId: requestId,
    functionName: name,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const handle = await loading;
    return { payload: marshalled(await handle(event, context)) };
  } catch (thrown) {
    return { error: described(thrown) };
  }
}

async function load(): Promise<(event: unknown, context: object) => unknown> {
  const [file = "", exported = ""] = handler.split(".");
  const module: Record<string, unknown> = await import(pathToFileURL(join(directory, `${file}.mjs`)).href).catch(
    (error: Error) => {
      throw error.message.startsWith("Cannot find module") ? named("Runtime.ImportModuleError", error.message) : error;
    },
  );
  const handle = module[exported];
  if (typeof handle === "function") return (event, context) => handle(event, context);
  throw named("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
}

/** Through JSON; a handler's `undefined` is `null` to the caller. */
function marshalled(result: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(result) ?? "null");
  } catch (cause) {
    throw named("Runtime.MarshalError", `Unable to stringify response body: ${cause}`);
  }
}

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

/** As AWS's Node runtime tells errors: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html. */
function described(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? "").split("\n") };
}
