import { posix } from "node:path";
import { lineOf } from "../contract/text.ts";
import type { Check } from "./check.ts";

/** The changed paths that no check covers: somebody should try them by hand. */
export function listUncovered(paths: readonly string[], checks: readonly Check[]): string[] {
  const touches = checks.flatMap((check) => check.touches);
  return paths.filter((path) => !touches.some((glob) => posix.matchesGlob(path, glob))).map((path) => lineOf(path));
}
