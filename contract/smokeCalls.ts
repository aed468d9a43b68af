import * as v from "valibot";
import { time, why } from "./calls.ts";
import { candidate, commit } from "./candidate.ts";
import { changeFailure } from "./ends.ts";
import { releaseName } from "./execution.ts";
import { smokeRule } from "./ledger.ts";

/** Check the environment as its users see it: is it this release, and does it work? */
export const smokeCall = v.object({
  release: releaseName,
  commit,
  changedPaths: v.nullish(candidate.entries.changedPaths.wrapped),
  /** `advisory`: whatever is found is reported, and `next` is `look`. */
  smoke: smokeRule,
  now: time,
  /** Start of the last smoke of this release; 0 or absent: users have only just got it. */
  smokedAt: v.exactOptional(time),
});
export const checkResult = v.object({
  name: v.string(),
  outcome: v.picklist(["pass", "degraded", "flaky", "fail", "error"]),
  milliseconds: v.number(),
  /** Scrubbed of secrets; present unless `pass`. */
  why: v.exactOptional(v.string()),
});
export const smokeAnswer = v.object({
  next: v.picklist(["look", "restore"]),
  failure: v.exactOptional(changeFailure),
  /** `error`: the smoke could not be done: not green either. */
  verdict: v.picklist(["green", "red", "error"]),
  why,
  checks: v.array(checkResult),
  /** Changed paths that no check covers: try them by hand. */
  uncovered: v.array(v.string()),
  /** The call's `now`: when the smoke began. */
  at: time,
});
export type SmokeAnswer = v.InferOutput<typeof smokeAnswer>;
export type CheckResult = v.InferOutput<typeof checkResult>;
