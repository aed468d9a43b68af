import type { TestProject } from "vitest/node";
import type { Graph } from "../../emulator/graph/graph.ts";
import { loadGraph } from "../../emulator/graph/load.ts";
import { sampleConfig } from "../../rehearsal/samples.ts";

declare module "vitest" {
  interface ProvidedContext {
    graphs: { dev: Graph; live: Graph };
  }
}

/** Both stacks' graphs, loaded once for all test files: each load is seconds of a processor. */
export default async function ({ provide }: TestProject): Promise<void> {
  const functionUrl = "http://localhost:8080/";
  const [dev, live] = await Promise.all([
    loadGraph({ stack: "dev", functionUrl, config: sampleConfig }),
    loadGraph({ stack: "live", functionUrl, config: sampleConfig }),
  ]);
  provide("graphs", { dev, live });
}
