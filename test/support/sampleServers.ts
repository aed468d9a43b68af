import type { RunContainer } from "../../emulator/cloud/elasticContainers.ts";
import type { Graph } from "../../emulator/graph/graph.ts";
import { createApp } from "../../rehearsal/sample/app.ts";
import { builds } from "../../rehearsal/sample/builds.ts";
import { serve } from "../../rehearsal/sample/serve.ts";
import { buildOf, smokeMerchant, variablesOf } from "../../rehearsal/samples.ts";

/** Tasks as servers in this process; the stories have many. */
export const sampleServers =
  (graphs: readonly Graph[]): RunContainer =>
  async (container) => {
    const variables = variablesOf(graphs, container);
    const build = buildOf(container.image);
    if ("crashesAtBoot" in builds[build])
      return exitingContainer(1, `sample backend: build ${build} crashes at boot`)(container);
    const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
    const { COMMIT = "", GREENGATE_RELEASE = "", ENVIRONMENT = "", SMOKE_MERCHANT = "" } = variables;
    const app = createApp({
      build,
      commit: COMMIT,
      release: GREENGATE_RELEASE,
      environment: ENVIRONMENT,
      smoke: { id: SMOKE_MERCHANT, ...smokeMerchant },
    });
    const serving = await serve(app, 0);
    container.write?.("listening\n");
    const end = async () => {
      await serving.stop();
      exit({ exitCode: 0 });
    };
    return { port: serving.port, listening: Promise.resolve(true), exited, stop: end, kill: end };
  };

/** A container that writes these lines and ends before it listens. */
export const exitingContainer =
  (exitCode: number, ...lines: string[]): RunContainer =>
  async ({ write }) => {
    write?.(lines.map((line) => `${line}\n`).join(""));
    const exited = Promise.resolve({ exitCode });
    return { port: 0, listening: Promise.resolve(false), exited, stop: () => exited, kill: () => exited };
  };
