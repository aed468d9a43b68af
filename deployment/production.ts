import { lineOf } from "../contract/text.ts";
import { CallError, type Plan, request } from "./plan.ts";
import type { ProbeOutput } from "./probe.ts";
import type { DeploymentSettings } from "./settings.ts";

const tries = 3;

/**
 * What users get in place of the release that ECS runs, in words; undefined where they get that one. An application that is well and
 * can't say its release counts as the right one: nothing shows that it isn't.
 */
export function* findOtherAnswer(
  { ADDRESS, HEALTH_PATH }: DeploymentSettings,
  releases: string[],
): Plan<string | undefined> {
  const url = ADDRESS + HEALTH_PATH;
  let problem: string | undefined;
  for (let count = 0; count < tries; count++) {
    problem = yield* askProduction(url, releases);
    if (problem === undefined) return undefined;
  }
  return problem;
}

function* askProduction(url: string, releases: string[]): Plan<string | undefined> {
  try {
    return problemOf(yield* request("Probe", { url }), releases);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return `production doesn't answer (${lineOf(error.words)})`;
  }
}

function problemOf({ status, release }: ProbeOutput, releases: string[]): string | undefined {
  if (release !== null) {
    if (releases.includes(release)) return undefined;
    return `production is answered by ${lineOf(release)}, not by ${releases.join(" and ")}, which ECS runs: the listener's rules were changed by hand`;
  }
  if (status >= 200 && status < 300) return undefined;
  return `production answers ${status} and names no release, where ECS runs ${releases.join(" and ")}`;
}
