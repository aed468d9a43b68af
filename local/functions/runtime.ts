/** What runs in a function's worker thread: imports the bundle, then one invocation after the other, JSON in and out. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { FunctionError } from "./function.ts";
import { resolveHosts } from "./hosts.ts";
import type { Invocation, Reply, RuntimeData } from "./instance.ts";

const { name, directory, handler, hosts, endpoint }: RuntimeData = workerData;
resolveHosts({ hosts, endpoint });
const loading = load();

parentPort?.on("message", async ({ requestId, event, deadline }: Invocation) => {
  parentPort?.postMessage(await run(requestId, event, deadline));
});

async function run(requestId: string, event: string, deadline: number): Promise<Reply> {
  const context = {
    awsRequestId: requestId,
    functionName: name,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  try {
    const loaded = await loading;
    if ("error" in loaded) return loaded;
    return marshal(await loaded.handle(JSON.parse(event), context));
  } catch (thrown) {
    return { error: described(thrown) };
  }
}

type Handle = (event: unknown, context: object) => unknown;

async function load(): Promise<{ handle: Handle } | { error: FunctionError }> {
  const [file = "", exported = ""] = handler.split(".");
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(join(directory, `${file}.mjs`)).href);
    const handle = module[exported];
    if (typeof handle === "function") return { handle: (event, context) => handle(event, context) };
    return {
      error: { errorType: "Runtime.HandlerNotFound", errorMessage: `${handler} is undefined or not exported` },
    };
  } catch (thrown) {
    const error = described(thrown);
    const isMissing = error.errorMessage.startsWith("Cannot find module");
    return { error: isMissing ? { ...error, errorType: "Runtime.ImportModuleError" } : error };
  }
}

/** A handler's `undefined` is `null` to the caller. */
function marshal(result: unknown): Reply {
  try {
    return { payload: JSON.stringify(result) ?? "null" };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { error: { errorType: "Runtime.MarshalError", errorMessage: `Unable to stringify response body: ${why}` } };
  }
}

/** As AWS's Node runtime tells errors: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html. */
function described(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  return { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? "").split("\n") };
}
