import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** What a Lambda's bundle exports when it is loaded with these environment variables, as Lambda would load it. */
export async function exportsOf(directory: string, env: Record<string, string>): Promise<string[]> {
  const module = pathToFileURL(join(directory, "index.mjs")).href;
  // A module, because a script given as text would lend the bundle a global `require` that Lambda doesn't have.
  const loader = `
    import { parentPort } from "node:worker_threads";
    parentPort.postMessage(Object.keys(await import(${JSON.stringify(module)})));`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(loader)}`), {
    env: { AWS_REGION: "us-east-1", ...env },
  });
  const [names] = await once(worker, "message");
  await worker.terminate();
  return names;
}
