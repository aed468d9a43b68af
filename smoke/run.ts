import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { CheckResult, SmokeAnswer } from "../contract/smokeCalls.ts";
import { lineOf } from "../contract/text.ts";
import { environmentApi } from "./api.ts";
import type { Check } from "./check.ts";
import type { Clock } from "./clock.ts";
import type { SmokeEnvironment } from "./environment.ts";
import { type Expected, identify } from "./identity.ts";
import { describeError } from "./outcome.ts";
import { runCheck } from "./runCheck.ts";
import { createScrubber } from "./scrub.ts";
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

export interface SmokeRun extends Pick<SmokeAnswer, "verdict" | "why" | "checks"> {
  /** Whether the expected release answered, and to the end no other in its place. */
  isThere: boolean;
}

const limit = 60_000;
const atOnce = 4;
/** Of `why`, in characters: it goes on into reports and mails. */
const longest = 1_000;

/** One smoke: first who answers, then whether it works. Ends within 60 s, and never throws. */
export async function runSmoke(args: SmokeRunArgs, outside: Outside): Promise<SmokeRun> {
  const { env, headers, expected, checks } = args;
  const { clock, fetch } = outside;
  const scrubber = createScrubber();
  const deadline = clock.now() + limit;
  const target = { origin: env.address, headers, fetch, clock, deadline };
  try {
    await identify(target, expected);
  } catch (error) {
    return { verdict: "error", why: scrubber.clean(describeError(error)), checks: [], isThere: false };
  }
  const credentials = () => readCredentials(outside.secrets, env.signInSecret, scrubber);
  const signIn = { credentials, merchants: env.merchants, scrubber };
  const { api, login, isMixed } = environmentApi({ ...target, release: expected.release, signIn });
  const context = { api, login };
  const results = await runPooled(checks, (check) => runCheck(check, { context, clock, deadline, scrubber }));
  return { ...judgeResults(results), checks: results, isThere: !isMixed() };
}

/** Positive: green is what is known to work, whatever else an outcome may come to be. */
function judgeResults(results: readonly CheckResult[]): Pick<SmokeRun, "verdict" | "why"> {
  const green = results.filter(({ outcome }) => outcome === "pass" || outcome === "degraded" || outcome === "flaky");
  const notes = describeNotable(results);
  if (results.some(({ outcome }) => outcome === "fail")) return { verdict: "red", why: lineOf(notes, longest) };
  if (results.length === 0) return { verdict: "error", why: "there is no check" };
  if (green.length < results.length) return { verdict: "error", why: lineOf(notes, longest) };
  const count = `${green.length} ${green.length === 1 ? "check" : "checks"} passed`;
  return { verdict: "green", why: lineOf(notes === "" ? count : `${count}; ${notes}`, longest) };
}

/** What didn't simply pass; a cause that several checks share is written once. */
function describeNotable(results: readonly CheckResult[]): string {
  const notable = results.filter(({ outcome }) => outcome !== "pass");
  const causes = Map.groupBy(notable, ({ outcome, why }) => `${outcome}: ${why}`);
  return [...causes].map(([cause, those]) => `${those.map(({ name }) => name).join(", ")} ${cause}`).join("; ");
}

/** Results in the order of the checks. */
async function runPooled(
  checks: readonly Check[],
  run: (check: Check) => Promise<CheckResult>,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const queue = [...checks.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) results[next[0]] = await run(next[1]);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
