import type { CheckResult } from "../stateMachine/calls.ts";
import type { Check, CheckContext } from "./check.ts";
import type { Clock } from "./clock.ts";
import { CheckFailed, reason } from "./outcome.ts";
import type { Scrubber } from "./scrub.ts";

export interface RunCheckArgs {
  context: CheckContext;
  clock: Clock;
  /** Time of the clock. */
  deadline: number;
  scrubber: Scrubber;
}

type Outcome = Pick<CheckResult, "outcome" | "why">;

const pause = 1_000;

/** Runs a check, and once more if it failed: passing then, it is flaky, which is green but told. Never throws. */
export async function runCheck(check: Check, args: RunCheckArgs): Promise<CheckResult> {
  const { clock, deadline, scrubber } = args;
  const began = clock.now();
  const { outcome, why } = await judged();
  const milliseconds = clock.now() - began;
  return { name: check.name, outcome, milliseconds, ...(why === undefined ? {} : { why: scrubber.clean(why) }) };

  async function judged(): Promise<Outcome> {
    const first = await attempt();
    if (first.outcome !== "fail" || clock.now() + pause >= deadline) return first;
    await clock.sleep(pause);
    const second = await attempt();
    if (second.outcome === "pass" || second.outcome === "degraded")
      return { outcome: "flaky", why: `failed first: ${first.why}` };
    // Time or connection that ran out during the second run doesn't undo what the first one saw.
    return second.outcome === "fail" ? second : first;
  }

  async function attempt(): Promise<Outcome> {
    // A check that hangs on its own ends with the deadline like one that hangs in a request.
    const late = clock.sleep(Math.max(0, deadline - clock.now())).then((): Outcome => {
      return { outcome: "error", why: "not done when the smoke's time was over" };
    });
    return Promise.race([check.run(args.context).then(worked, broke), late]);
  }
}

function worked(degraded: string | undefined): Outcome {
  return degraded === undefined ? { outcome: "pass" } : { outcome: "degraded", why: degraded };
}

/** Only what says of itself that the application is wrong condemns it. */
function broke(error: unknown): Outcome {
  return { outcome: error instanceof CheckFailed ? "fail" : "error", why: reason(error) };
}
