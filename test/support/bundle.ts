import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

export interface Bundle {
  directory: string;
  remove(): Promise<void>;
}

/** A function's bundle from its source, built as the project's own are: one index.mjs with everything in it. */
export async function bundle(source: string): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), "greengate-bundle-"));
  await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: "ts" },
    outfile: join(directory, "index.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
    // The SDK's dependencies still ask for Node's own modules by require.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return { directory, remove: () => rm(directory, { recursive: true }) };
}
