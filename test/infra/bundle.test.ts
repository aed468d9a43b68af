import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../infra/bundle.ts";
import { exportsOf } from "../support/exports.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "bundle-"));
  await writeFile(join(directory, "common.cjs"), 'exports.host = require("node:os").hostname();');
  await writeFile(
    join(directory, "handler.ts"),
    'import c from "./common.cjs"; export const handle = (): string => c.host;',
  );
});
afterAll(() => rm(directory, { recursive: true }));

test("a room becomes one module that loads by itself, CommonJS dependencies and all", async () => {
  const built = join(directory, "built");
  bundle(join(directory, "handler.ts"), built);
  expect(await readdir(built)).toEqual(["index.mjs"]);
  expect(await exportsOf(built, {})).toEqual(["handle"]);
});

test("what hasn't changed is not written again: another process may be reading it", async () => {
  const built = join(directory, "again");
  bundle(join(directory, "handler.ts"), built);
  const { ino } = await stat(join(built, "index.mjs"));
  bundle(join(directory, "handler.ts"), built);
  expect((await stat(join(built, "index.mjs"))).ino).toBe(ino);
  await writeFile(join(directory, "handler.ts"), "export const other = 1;");
  bundle(join(directory, "handler.ts"), built);
  expect(await exportsOf(built, {})).toEqual(["other"]);
});
