import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** What a Lambda's bundle exports when it is loaded with these environment variables, as Lambda would load it. */
export async function exportsOf(directory: string, env: Record<string, string>): Promise<string[]> {
  const module = pathToFileURL(join(directory, "index.mjs")).href;
  const worker = new Worker(
    `import("${module}").then((loaded) => require("node:worker_threads").parentPort.postMessage(Object.keys(loaded)))`,
    { eval: true, env: { AWS_REGION: "us-east-1", ...env } },
  );
  const [names] = await once(worker, "message");
  await worker.terminate();
  return names;
}
