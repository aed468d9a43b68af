import { defineConfig } from "vitest/config";

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
