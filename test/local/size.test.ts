import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Lines of these files, but for blank ones and comments. */
const code = (files: string[]): number =>
  files
    .flatMap((file) => readFileSync(join(root, file), "utf8").split("\n"))
    .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;

test("the embedded cloud, without its sample, scenarios and commands, is less code than the product that it serves", () => {
  const folders = globSync("local/*/**/*.ts", { cwd: root, exclude: ["local/{sample,rehearsal,users}/**"] });
  const cloud = code([...folders, "local/clock.ts", "local/awsError.ts", "local/uuid.ts"]);
  const product = code(globSync("{infra,stateMachine,deployment,smoke,approval}/**/*.ts", { cwd: root }));
  expect(cloud).toBeGreaterThan(1000);
  expect(cloud).toBeLessThan(product);
});
