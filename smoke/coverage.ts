import { posix } from "node:path";
import type { Check } from "./check.ts";

/** The changed paths that no check covers: somebody should try them by hand. */
export function uncovered(paths: readonly string[], checks: readonly Check[]): string[] {
  const touches = checks.flatMap((check) => check.touches);
  return paths.filter((path) => !touches.some((glob) => posix.matchesGlob(path, glob)));
}
