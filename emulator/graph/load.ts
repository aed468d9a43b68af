import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Graph } from "./graph.ts";

export interface LoadGraphArgs {
  stack: string;
  /** Where the stack's function URL, if it has one, leads; ends with a slash. */
  functionUrl: string;
  /** Directory for the Lambdas' code; by default where `pulumi up` builds it. */
  bundles?: string;
  /** Directory with Pulumi.yaml and infra/; by default this project's. */
  project?: string;
  /** Keys beside those of the stack's file, such as `greengate:registries`. */
  config?: Record<string, string>;
  /** Ends the program when it is aborted. */
  interruption?: AbortSignal;
}

/**
 * The resources that `pulumi up --stack <stack>` would create, from the program itself, run under mocks in a thread of its own.
 * @throws GraphError: the configuration's problems one a line, or the graph's holes, or what the program threw.
 */
export async function loadGraph({
  stack,
  functionUrl,
  project = join(import.meta.dirname, "../.."),
  bundles = join(project, ".build"),
  config = {},
  interruption,
}: LoadGraphArgs): Promise<Graph> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { stack, project, functionUrl, bundles, config },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const exited = once(worker, "exit").then(([code]) => {
    throw new Error(`the program of stack ${stack} ended with exit code ${code}`);
  });
  try {
    const [graph] = await Promise.race([once(worker, "message", interruption && { signal: interruption }), exited]);
    return graph;
  } catch (cause) {
    throw new GraphError(cause instanceof Error ? cause.message : String(cause), { cause });
  } finally {
    await worker.terminate();
  }
}

/** The stack can't be built as it stands; the message is for whoever wrote its configuration or its program. */
export class GraphError extends Error {
  override name = "GraphError";
}
