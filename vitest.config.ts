import { join } from "node:path";
import { defineConfig } from "vitest/config";

// The tests start some dozens of Node processes, most of which compile Pulumi's modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node");

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/globalSetup.ts",
    pool: "forks",
    isolate: false,
    maxWorkers: "100%",
    // A bound on a story that hangs, generous because a laptop may be busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
