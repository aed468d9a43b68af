/** One stack's graph, in a process of its own: Pulumi's runtime is global. Started by load.ts alone; answers over IPC. */
import { join } from "node:path";
import { record } from "./mocks.ts";
import { readStackFile } from "./stackFile.ts";

/** The account that stands for theirs. */
const account = "000000000000";

async function main(stack: string, directory: string, functionUrl: string, bundles: string): Promise<void> {
  const { project, config } = readStackFile(directory, stack);
  const graph = await record({
    project,
    stack,
    config,
    account,
    region: config["aws:region"] ?? "",
    functionUrl,
    program: async () => (await import(join(directory, "infra/program.ts"))).program(bundles),
  });
  await new Promise((sent) => process.send?.(graph, sent));
}

/** Pulumi reports one error along several ways: the first one is told, and ends the process. */
function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`, () => process.exit(1));
}
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
process.on("disconnect", () => process.exit());

const [stack = "", directory = "", functionUrl = "", bundles = ""] = process.argv.slice(2);
await main(stack, directory, functionUrl, bundles);
process.disconnect();
