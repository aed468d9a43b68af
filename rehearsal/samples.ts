import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { functionsOf } from "../emulator/cloud/account.ts";
import type { ContainerArgs, RunContainer } from "../emulator/cloud/elasticContainers.ts";
import type { Graph } from "../emulator/graph/graph.ts";
import { startTask } from "../emulator/tasks/task.ts";
import { type BuildName, builds } from "./sample/builds.ts";

/** The smoke merchant of the rehearsal, whom the sample backend knows and the smoke signs in as. */
export const smokeMerchant = { email: "smoke@greengate.example", password: "rehearsal-only" };

/** Where the sample's images seem to come from. */
export const repository = "greengate.example/sample";

/** What a stack's configuration must say beside the user's own, so that the sample's images are released. */
export const sampleConfig = { "greengate:registries": JSON.stringify([repository]) };

const sha = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest("hex");

/** A build's image by digest, and the commit it seems to be made from: the same names, whenever they are asked for. */
export const imageOf = (build: string): string => `${repository}@sha256:${sha("sha256", build)}`;
export const commitOf = (build: string): string => sha("sha1", build);

export const buildOf = (image: string): BuildName => {
  for (const build of Object.keys(builds) as BuildName[]) if (imageOf(build) === image) return build;
  throw new Error(`${image}: not found`);
};

/** What tells a task who it is: the template's variables and the environment's smoke merchant, as `SMOKE_…`. */
export function variablesOf(graphs: readonly Graph[], { service, environment }: ContainerArgs): Record<string, string> {
  const graph = graphs.find(({ resources }) => resources.some(({ outputs }) => outputs.arn === service));
  if (!graph) throw new Error(`no stack has the service ${service}`);
  // The first that the environment's configuration allows.
  const merchant = functionsOf(graph).flatMap((each) => each.environment.MERCHANTS?.split(",") ?? [])[0];
  if (merchant === undefined) throw new Error(`stack ${graph.stack} allows no smoke merchant`);
  const { email, password } = smokeMerchant;
  return { ...environment, SMOKE_MERCHANT: merchant, SMOKE_EMAIL: email, SMOKE_PASSWORD: password };
}

/** Tasks as child processes of the sample backend. */
export const sampleProcesses =
  (graphs: readonly Graph[]): RunContainer =>
  async (container) =>
    startTask({
      command: process.execPath,
      args: [fileURLToPath(new URL("./sample/main.ts", import.meta.url))],
      environment: { ...variablesOf(graphs, container), SAMPLE_BUILD: buildOf(container.image) },
      stopTimeout: container.stopTimeout,
      onOutput: container.write,
    });

/** Hears of a task that ended by itself: ARN of its service, exit code, and the last line that it wrote. */
export type OnCrash = (service: string, exitCode: number, lastLine: string) => void;

/** Tasks of the user's own application, each started by a shell. */
export const ownApplication =
  (command: string, onCrash: OnCrash = () => {}) =>
  (graphs: readonly Graph[]): RunContainer =>
  async (container) => {
    const task = await startTask({
      command: "sh",
      args: ["-c", command],
      environment: variablesOf(graphs, container),
      stopTimeout: container.stopTimeout,
      onOutput: container.write,
    });
    let wanted = true;
    const end = (how: () => Promise<unknown>) => () => {
      wanted = false;
      return how();
    };
    void Promise.all([task.exited, task.silent]).then(([{ exitCode }]) => {
      if (wanted) onCrash(container.service, exitCode, task.output().trim().split("\n").at(-1) ?? "");
    });
    return { ...task, stop: end(task.stop), kill: end(task.kill) };
  };
