import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { CheckResult, SmokeAnswer } from "../stateMachine/calls.ts";
import { environmentApi } from "./api.ts";
import type { Check } from "./check.ts";
import type { Clock } from "./clock.ts";
import type { SmokeEnvironment } from "./environment.ts";
import { type Expected, identify } from "./identity.ts";
import { reason } from "./outcome.ts";
import { runCheck } from "./runCheck.ts";
import { scrubber as newScrubber } from "./scrub.ts";
import { readCredentials } from "./session.ts";

/** The world, as arguments. */
export interface Outside {
  secrets: SecretsManagerClient;
  fetch: typeof fetch;
  clock: Clock;
}

export interface SmokeRunArgs {
  env: SmokeEnvironment;
  /** Sent with every request: the test header leads to green before users get there; none is what users see. */
  headers: Readonly<Record<string, string>>;
  expected: Expected;
  checks: readonly Check[];
}

export type SmokeRun = Pick<SmokeAnswer, "verdict" | "why" | "checks">;

const limit = 60_000;
const atOnce = 4;

/** One smoke: first who answers, then whether it works. Ends within 60 s, and never throws. */
export async function runSmoke(args: SmokeRunArgs, outside: Outside): Promise<SmokeRun> {
  const { env, headers, expected, checks } = args;
  const { clock, fetch } = outside;
  const scrubber = newScrubber();
  const deadline = clock.now() + limit;
  const target = { origin: env.address, headers, fetch, clock, deadline };
  try {
    await identify(target, expected);
    const credentials = () => readCredentials(outside.secrets, env.signInSecret, scrubber);
    const signIn = { credentials, merchants: env.merchants, scrubber };
    const context = environmentApi({ ...target, release: expected.release, signIn });
    const results = await pooled(checks, (check) => runCheck(check, { context, clock, deadline, scrubber }));
    return { ...verdict(results), checks: results };
  } catch (error) {
    return { verdict: "error", why: scrubber.clean(reason(error)), checks: [] };
  }
}

/** Positive: green is what is known to work, whatever else an outcome may come to be. */
function verdict(results: readonly CheckResult[]): Pick<SmokeRun, "verdict" | "why"> {
  const green = results.filter(({ outcome }) => outcome === "pass" || outcome === "degraded" || outcome === "flaky");
  if (results.some(({ outcome }) => outcome === "fail")) return { verdict: "red", why: told(results) };
  if (green.length < results.length || green.length === 0) return { verdict: "error", why: told(results) };
  const notes = told(results);
  return { verdict: "green", why: `${green.length} checks passed${notes === "" ? "" : `; ${notes}`}` };
}

/** What didn't simply pass; a cause that several checks share is told once. */
function told(results: readonly CheckResult[]): string {
  const notable = results.filter(({ outcome }) => outcome !== "pass");
  const causes = Map.groupBy(notable, ({ outcome, why }) => `${outcome}: ${why}`);
  return [...causes].map(([cause, those]) => `${those.map(({ name }) => name).join(", ")} ${cause}`).join("; ");
}

/** Results in the order of the checks. */
async function pooled(checks: readonly Check[], run: (check: Check) => Promise<CheckResult>): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const waiting = [...checks.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results[next[0]] = await run(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
