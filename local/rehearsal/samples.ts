import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { functionsOf } from "../cloud/account.ts";
import type { ContainerArgs, RunContainer } from "../cloud/elasticContainers.ts";
import type { Graph } from "../graph/graph.ts";
import { createApp } from "../sample/app.ts";
import { type BuildName, builds } from "../sample/builds.ts";
import { serve } from "../sample/serve.ts";
import { startTask } from "../tasks/task.ts";

/** The smoke merchant of the rehearsal, whom the sample backend knows and the smoke signs in as. */
export const smokeMerchant = { email: "smoke@greengate.example", password: "rehearsal-only" };

/** Where the sample's images seem to come from. */
export const repository = "greengate.example/sample";

const sha = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest("hex");

/** A build's image by digest, and the commit it seems to be made from: the same names, whenever they are asked for. */
export const imageOf = (build: string): string => `${repository}@sha256:${sha("sha256", build)}`;
export const commitOf = (build: string): string => sha("sha1", build);

const buildOf = (image: string): BuildName => {
  for (const build of Object.keys(builds) as BuildName[]) if (imageOf(build) === image) return build;
  throw new Error(`${image}: not found`);
};

/** What a task of the sample is, by the graphs that its service stands in. */
const settingsOf = (graphs: readonly Graph[], { service, image, environment }: ContainerArgs) => {
  const graph = graphs.find(({ resources }) => resources.some(({ outputs }) => outputs.arn === service));
  if (!graph) throw new Error(`no stack has the service ${service}`);
  return {
    build: buildOf(image),
    commit: environment.COMMIT ?? "",
    release: environment.GREENGATE_RELEASE ?? "",
    environment: graph.stack,
    smoke: { id: smokeMerchantId(graph), ...smokeMerchant },
  };
};

/** The first that the environment's configuration allows. */
function smokeMerchantId(graph: Graph): string {
  const allowed = functionsOf(graph).flatMap(({ environment }) => environment.MERCHANTS?.split(",") ?? []);
  if (allowed[0] === undefined) throw new Error(`stack ${graph.stack} allows no smoke merchant`);
  return allowed[0];
}

/** Tasks as child processes of the sample backend. */
export const sampleProcesses =
  (graphs: readonly Graph[]): RunContainer =>
  async (container) => {
    const { build, commit, release, environment, smoke } = settingsOf(graphs, container);
    return startTask({
      command: process.execPath,
      args: [fileURLToPath(new URL("../sample/main.ts", import.meta.url))],
      environment: {
        ...container.environment,
        SAMPLE_BUILD: build,
        COMMIT: commit,
        GREENGATE_RELEASE: release,
        ENVIRONMENT: environment,
        SMOKE_MERCHANT: smoke.id,
        SMOKE_EMAIL: smoke.email,
        SMOKE_PASSWORD: smoke.password,
      },
      stopTimeout: container.stopTimeout,
    });
  };

/** Tasks as servers in this process: for tests, which have many. */
export const sampleServers =
  (graphs: readonly Graph[]): RunContainer =>
  async (container) => {
    const settings = settingsOf(graphs, container);
    const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
    if ("crashesAtBoot" in builds[settings.build]) {
      exit({ exitCode: 1 });
      return { port: 0, listening: Promise.resolve(false), exited, stop: () => exited, kill: () => exited };
    }
    const serving = await serve(createApp(settings), 0);
    const end = async () => {
      await serving.stop();
      exit({ exitCode: 0 });
    };
    return { port: serving.port, listening: Promise.resolve(true), exited, stop: end, kill: end };
  };

/** The user's own application, started by a shell: it gets PORT, COMMIT and GREENGATE_RELEASE. */
export const ownApplication =
  (command: string): RunContainer =>
  async ({ environment, stopTimeout }) =>
    startTask({ command: "sh", args: ["-c", command], environment, stopTimeout });
