import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// The tests start some dozens of Node processes, most of which compile Pulumi's modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node");

/** Files that wait for whole processes come first, or the last of them would run while the other workers have nothing left to do. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => Number(/\/test\/(commands|boot)\//.test(moduleId));
    return (await super.sort(files)).toSorted((one, other) => isSlow(other) - isSlow(one));
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/support/globalSetup.ts",
    pool: "forks",
    sequence: { sequencer: SlowFirst },
    isolate: false,
    maxWorkers: "100%",
    // A bound on a story that hangs, generous because a laptop may be busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
