import { readCall, type SmokeAnswer, smokeCall } from "../contract/calls.ts";
import { checks } from "./checks/all.ts";
import { listUncovered } from "./coverage.ts";
import { smokeEnvironment } from "./environment.ts";
import { type Outside, runSmoke } from "./run.ts";

/** The machine's step: is the environment, as its users see it, this release, and does it work? Throws InvalidEnvironment and InvalidCall. */
export function smokeStep(variables: Record<string, string | undefined>, outside: Outside) {
  const env = smokeEnvironment(variables);
  return async (given: unknown): Promise<SmokeAnswer> => {
    const { release, commit, changedPaths, smoke, now } = readCall("smoke", smokeCall, given);
    const run = await runSmoke({ env, headers: {}, expected: { release, commit }, checks }, outside);
    const { verdict, why } = run;
    const uncovered = listUncovered(changedPaths?.paths ?? [], checks);
    const found = { verdict, why, checks: run.checks, uncovered, at: now };
    if (smoke === "advisory") return { ...found, next: "look", why: `advisory, so it stops nothing: ${why}` };
    if (verdict === "green") return { ...found, next: "look" };
    return { ...found, next: "restore", failure: verdict === "red" ? "RedSmoke" : "SmokeFailed" };
  };
}
