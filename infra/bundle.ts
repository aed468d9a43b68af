import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { buildSync } from "esbuild";

/**
 * Code of a Lambda: the module `entry` with all it imports, the SDK too (its version matters), as one index.mjs alone in
 * `directory`. A directory's hash knows neither path nor time, so nothing is deployed that hasn't changed.
 */
export function bundle(entry: string, directory: string): pulumi.asset.FileArchive {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    banner: { js: requireForCommonJs },
    logLevel: "silent",
  });
  const [code] = outputFiles;
  if (!code) throw new Error(`${entry}: esbuild made no file`);
  mkdirSync(directory, { recursive: true });
  replace(join(directory, "index.mjs"), `${directory}.${randomUUID()}`, code.contents);
  return new pulumi.asset.FileArchive(directory);
}

/** In one step and only when it differs: somebody else may be reading it. */
function replace(file: string, beside: string, contents: Uint8Array): void {
  try {
    if (readFileSync(file).equals(contents)) return;
  } catch {
    // Not built yet.
  }
  writeFileSync(beside, contents);
  renameSync(beside, file);
}

// CommonJS dependencies ask for Node's own modules by `require`, which an ES module doesn't have.
const requireForCommonJs =
  'import{createRequire as _createRequire}from"node:module";const require=_createRequire(import.meta.url);';
