import { fork } from "node:child_process";
import { join } from "node:path";
import type { Graph } from "./graph.ts";

export interface LoadGraphArgs {
  stack: string;
  /** Where the stack's function URL, if it has one, leads; ends with a slash. */
  functionUrl: string;
  /** Directory for the Lambdas' code; by default where `pulumi up` builds it. */
  bundles?: string;
  /** Directory with Pulumi.yaml and infra/; by default this project's. */
  project?: string;
  /** Ends the program when it is aborted. */
  interruption?: AbortSignal;
}

/**
 * The resources that `pulumi up --stack <stack>` would create, from the program itself, run under mocks in a child process.
 * @throws GraphError: the configuration's problems one a line, or the graph's holes, or what the program threw.
 */
export function loadGraph({
  stack,
  functionUrl,
  project = join(import.meta.dirname, "../.."),
  bundles = join(project, ".build"),
  interruption,
}: LoadGraphArgs): Promise<Graph> {
  const child = fork(join(import.meta.dirname, "child.ts"), [stack, project, functionUrl, bundles], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
    // A terminal's Ctrl-C is for the parent to judge; without the parent the child ends too.
    detached: true,
  });
  const end = () => void child.kill();
  if (interruption?.aborted) end();
  interruption?.addEventListener("abort", end, { once: true });
  return new Promise((resolve, reject) => {
    let graph: Graph | undefined;
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    child.on("message", (message: Graph) => {
      graph = message;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      interruption?.removeEventListener("abort", end);
      if (graph && code === 0) resolve(graph);
      else
        reject(
          new GraphError(said.trim() || `the program of stack ${stack} ended with ${signal ?? `exit code ${code}`}`),
        );
    });
  });
}

/** The stack can't be built as it stands; the message is for whoever wrote its configuration or its program. */
export class GraphError extends Error {
  override name = "GraphError";
}
