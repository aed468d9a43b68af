import type { AdmissionReport, SmokeRule } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import type { SmokeRun } from "./run.ts";

/** What is written to the ledger, and whether ECS may go on. */
export type Judgement = Pick<AdmissionReport, "verdict" | "admitted" | "why">;

/** Of `why`, in characters. */
const longest = 2_000;

const admit = (verdict: AdmissionReport["verdict"], why: string): Judgement => ({
  verdict,
  admitted: true,
  why: lineOf(why, longest),
});

const reject = (verdict: AdmissionReport["verdict"], why: string): Judgement => ({
  verdict,
  admitted: false,
  why: lineOf(why, longest),
});

export const refuse = (why: string): Judgement => reject("refused", why);

export const admitCreation = (): Judgement => admit("first", "the service is being created: no task runs yet");

/** A way back must not be vetoed by the incident that it is to end, so `run` is liveness and identity alone. */
export function judgeGood(run: SmokeRun, isLast: boolean): Judgement {
  const history = isLast ? "it is last-known-good" : "it was good before";
  if (run.verdict === "green") return admit("known", `${history}; ${run.why}`);
  if (run.verdict === "red") return reject("red", `${history}; ${run.why}`);
  return refuse(`${history}; the smoke could not be done: ${run.why}`);
}

/**
 * `blue`: what users see now; absent where that is no release. `advisory` admits whatever was found, and the verdict stays on record.
 */
export function judgeCandidate(rule: SmokeRule, green: SmokeRun, blue?: SmokeRun): Judgement {
  const found = compare(green, blue);
  if (rule !== "advisory" || found.admitted) return found;
  return admit(found.verdict, `advisory, so it is admitted all the same: ${found.why}`);
}

function compare(green: SmokeRun, blue?: SmokeRun): Judgement {
  if (green.verdict !== "green") {
    // The release is not to blame where what users see now fails the same checks.
    if (blue && blue.verdict !== "green")
      return reject("held", `both fail; new: ${green.why}; what users see now: ${blue.why}`);
    if (green.verdict === "red") return reject("red", green.why);
    return refuse(`the smoke could not be done: ${green.why}`);
  }
  // ECS would shift users from where they are not, and a rollback would not bring them back to where they were.
  if (blue && !blue.isThere) return reject("held", `users do not get what ECS runs for them: ${blue.why}`);
  if (blue && blue.verdict !== "green")
    return admit("green", `${green.why}; but what users see now fails: ${blue.why}`);
  return admit("green", green.why);
}
