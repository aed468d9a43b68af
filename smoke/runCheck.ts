import type { CheckResult } from "../contract/smokeCalls.ts";
import type { Check, CheckContext } from "./check.ts";
import type { Clock } from "./clock.ts";
import { CheckFailed, describeError } from "./outcome.ts";
import type { Scrubber } from "./scrub.ts";

export interface RunCheckArgs {
  context: CheckContext;
  clock: Clock;
  /** Time of the clock. */
  deadline: number;
  scrubber: Scrubber;
}

type Attempt = Pick<CheckResult, "outcome" | "why">;

const pause = 1_000;

/** Runs a check, and once more if it failed: passing then, it is flaky, which counts as green and is reported. Never throws. */
export async function runCheck(check: Check, args: RunCheckArgs): Promise<CheckResult> {
  const { clock, scrubber } = args;
  const start = clock.now();
  const { outcome, why } = await tryTwice(check, args);
  const milliseconds = clock.now() - start;
  return { name: check.name, outcome, milliseconds, ...(why === undefined ? {} : { why: scrubber.clean(why) }) };
}

async function tryTwice(check: Check, args: RunCheckArgs): Promise<Attempt> {
  const { clock, deadline } = args;
  const first = await tryOnce(check, args);
  if (first.outcome !== "fail" || clock.now() + pause >= deadline) return first;
  await clock.sleep(pause);
  const second = await tryOnce(check, args);
  if (second.outcome === "pass" || second.outcome === "degraded")
    return { outcome: "flaky", why: `failed first: ${first.why}` };
  // Time or connection that ran out during the second run doesn't undo what the first one found.
  return second.outcome === "fail" ? second : first;
}

async function tryOnce(check: Check, { context, clock, deadline }: RunCheckArgs): Promise<Attempt> {
  // A check that hangs on its own ends with the deadline like one that hangs in a request.
  const late = clock.sleep(Math.max(0, deadline - clock.now())).then((): Attempt => {
    return { outcome: "error", why: "not done when the smoke's time was over" };
  });
  return Promise.race([check.run(context).then(describeSuccess, describeFailure), late]);
}

function describeSuccess(degraded: string | undefined): Attempt {
  return degraded === undefined ? { outcome: "pass" } : { outcome: "degraded", why: degraded };
}

/** Only an error that says that the application is wrong condemns it. */
function describeFailure(error: unknown): Attempt {
  return { outcome: error instanceof CheckFailed ? "fail" : "error", why: describeError(error) };
}
