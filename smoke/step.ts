import * as v from "valibot";
import type { SmokeAnswer } from "../stateMachine/calls.ts";
import { checks } from "./checks/all.ts";
import { uncovered } from "./coverage.ts";
import { smokeEnvironment } from "./environment.ts";
import { type Outside, runSmoke } from "./run.ts";

const smokeCall = v.object({
  release: v.pipe(v.string(), v.regex(/^[\w-]{1,80}$/, "must be an execution's name")),
  commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, "must be 40 hex digits")),
  changedPaths: v.nullish(v.object({ since: v.string(), paths: v.array(v.string()) })),
});

/**
 * The machine's step: is the environment, as its users see it, this release, and does it work? Takes a SmokeCall.
 * Throws only InvalidEnvironment and InvalidSmokeCall; whatever the environment does is a verdict.
 */
export function smokeStep(variables: Record<string, string | undefined>, outside: Outside) {
  const env = smokeEnvironment(variables);
  return async (call: unknown): Promise<SmokeAnswer> => {
    const read = v.safeParse(smokeCall, call);
    if (!read.success) throw new InvalidSmokeCall(described(read.issues));
    const { release, commit, changedPaths } = read.output;
    const run = await runSmoke({ env, headers: {}, expected: { release, commit }, checks }, outside);
    return { ...run, uncovered: uncovered(changedPaths?.paths ?? [], checks) };
  };
}

export class InvalidSmokeCall extends Error {
  override name = "InvalidSmokeCall";
}

function described(issues: readonly v.BaseIssue<unknown>[]): string {
  return `smoke call: ${issues.map((issue) => `${v.getDotPath(issue) ?? "input"}: ${issue.message}`).join("; ")}`;
}
