import * as v from "valibot";
import { type Answer, exchange, type Target } from "./exchange.ts";
import { NotJudged, reason } from "./outcome.ts";

/** Who must answer before anything is judged. */
export interface Expected {
  /** Execution name of the release (`GREENGATE_RELEASE`). A release that changes only configuration has its commit in common with the old one. */
  release: string;
  commit: string;
}

const inARow = 5;
const gap = 200;
const limit = 30_000;

const health = v.object({ commit: v.string(), release: v.string() });

/**
 * Waits until five answers in a row say that they come from `expected`. Load balancers take an unknown time to shift and
 * kept-alive connections may still lead to the old colour, whose answer is neither green nor red. After 30 s (or at the
 * target's deadline) throws NotJudged and says who answered instead.
 */
export async function identify(target: Target, expected: Expected): Promise<void> {
  const { clock } = target;
  const until = Math.min(clock.now() + limit, target.deadline);
  let row = 0;
  let last = "nobody was asked";
  while (clock.now() < until) {
    const who = await exchange(target, { method: "GET", path: "/health" }).then(
      (answer) => other(answer, expected),
      (error: unknown) => reason(error),
    );
    row = who === undefined ? row + 1 : 0;
    if (row === inARow) return;
    last = who ?? last;
    await clock.sleep(gap);
  }
  throw new NotJudged(
    `${expected.release} did not answer ${inARow} times in a row within ${limit / 1000} s; last: ${last}`,
  );
}

/** `undefined` = it is the expected one; else what was seen. */
function other(answer: Answer, expected: Expected): string | undefined {
  if (answer.release === null) return `${answer.request} answered ${answer.status} without x-greengate-release`;
  if (answer.release !== expected.release) return `release ${answer.release}`;
  // It is the release, and it is ill: that is for the checks to judge.
  if (answer.status !== 200) return undefined;
  const said = v.safeParse(health, answer.body);
  if (!said.success) return `${answer.request} answered ${answer.status} without commit and release`;
  if (said.output.release !== expected.release)
    return `release ${said.output.release} in the body of ${answer.request}`;
  if (said.output.commit !== expected.commit) return `commit ${said.output.commit}, not ${expected.commit}`;
  return undefined;
}
