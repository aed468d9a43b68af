/** One stack's graph, in a thread of its own: Pulumi's runtime is global. Started by load.ts alone; answers with a {@link Graph}. */
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { LoadGraphArgs } from "./load.ts";
import { record } from "./mocks.ts";
import { readStackFile } from "./stackFile.ts";

/** The account that stands for theirs. */
const account = "000000000000";

const {
  stack,
  project: directory,
  functionUrl,
  bundles,
  config: more,
}: Required<Omit<LoadGraphArgs, "interruption">> = workerData;
const { project, config: own } = readStackFile(directory, stack);
const config = { ...own, ...more };
const graph = await record({
  project,
  stack,
  config,
  account,
  region: config["aws:region"] ?? "",
  functionUrl,
  program: async () => (await import(join(directory, "infra/program.ts"))).program(bundles),
});
parentPort?.postMessage(graph);
