import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { load } from "js-yaml";
import * as v from "valibot";
import type { Graph } from "../../emulator/graph/graph.ts";
import { answers } from "../../emulator/graph/mocks.ts";
import { readStackFile } from "../../emulator/graph/stackFile.ts";
import { startEngine } from "../support/engine.ts";

export interface Booted {
  exitCode: number | null;
  /** What the engine heard of, in that order. */
  graph: Graph;
  /** Lines that the user would read. */
  errors: string[];
  /** The program said that it was done, rather than just ending. */
  isComplete: boolean;
}

/** Of Pulumi.yaml, what the CLI and its language host go by. */
const Project = v.object({
  main: v.string(),
  runtime: v.object({ name: v.literal("nodejs"), options: v.object({ typescript: v.boolean() }) }),
});

/**
 * Runs the program as `pulumi up --stack <stack>` does: with arguments and environment as the Node.js language host gives them
 * (sdk/nodejs/cmd/pulumi-language-nodejs/main.go: constructArguments, execRuntime), but for the pipes of synchronous invokes.
 * `change` stands for a change in the stack's file; keys read `greengate:tasks`.
 */
export async function boot(stack: "dev" | "live", change: Record<string, string> = {}): Promise<Booted> {
  const root = join(import.meta.dirname, "../..");
  const { main, runtime } = v.parse(Project, load(readFileSync(join(root, "Pulumi.yaml"), "utf8")));
  const file = readStackFile(root, stack);
  const { project } = file;
  const config = { ...file.config, ...change };
  const region = config["aws:region"] ?? "";
  const context = { account: "000000000000", region, functionUrl: "http://localhost:8080/" };
  const engine = await startEngine({ project, stack, answers: answers(project, context) });

  // A `main` that is a file is run in its directory: pkg/engine, getPwdMain.
  const directory = join(root, dirname(main));
  const run = createRequire(join(directory, "any")).resolve("@pulumi/pulumi/cmd/run");
  const args = {
    monitor: engine.address,
    engine: engine.address,
    organization: "organization",
    project,
    "root-directory": root,
    stack,
    pwd: directory,
    parallel: "16",
  };
  const child = spawn(
    process.execPath,
    [run, ...Object.entries(args).flatMap(([key, value]) => [`--${key}`, value]), basename(main)],
    {
      env: {
        PATH: process.env.PATH,
        PULUMI_CONFIG: JSON.stringify(onWire(config)),
        PULUMI_CONFIG_SECRET_KEYS: "[]",
        ...(runtime.options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  engine.close();
  const { graph, errors } = engine;
  return { exitCode, graph, errors: errors.flatMap((error) => error.split("\n")), isComplete: engine.isComplete() };
}

/** The host hands keys over in an older form: `greengate:config:tasks`. */
const onWire = (config: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(":", ":config:"), value]));
