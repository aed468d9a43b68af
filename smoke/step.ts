import { readCall } from "../contract/calls.ts";
import { type SmokeAnswer, smokeCall } from "../contract/smokeCalls.ts";
import { checks } from "./checks/all.ts";
import { listUncovered } from "./coverage.ts";
import { smokeEnvironment } from "./environment.ts";
import { type Outside, runSmoke } from "./run.ts";

/** The machine's step: is the environment, as its users see it, this release, and does it work? Throws InvalidEnvironment and InvalidCall. */
export function smokeStep(variables: Record<string, string | undefined>, outside: Outside) {
  const env = smokeEnvironment(variables);
  return async (given: unknown): Promise<SmokeAnswer> => {
    const { release, commit, changedPaths, smoke, now, smokedAt = 0 } = readCall("smoke", smokeCall, given);
    // Once it has answered users' requests for a while, one answer is enough: each later one says its release too.
    const expected = { release, commit, ...(smokedAt > 0 ? { inARow: 1 } : {}) };
    const run = await runSmoke({ env, headers: {}, expected, checks }, outside);
    const { verdict, why } = run;
    const uncovered = listUncovered(changedPaths?.paths ?? [], checks);
    const found = { verdict, why, checks: run.checks, uncovered, at: now };
    if (smoke === "advisory") return { ...found, next: "look", why: `advisory, so it stops nothing: ${why}` };
    if (verdict === "green") return { ...found, next: "look" };
    return { ...found, next: "restore", failure: verdict === "red" ? "RedSmoke" : "SmokeFailed" };
  };
}
