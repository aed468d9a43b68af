import * as v from "valibot";
import { lineOf } from "../contract/text.ts";
import { exchange, type HttpAnswer, type Target } from "./exchange.ts";
import { describeError, NotJudged } from "./outcome.ts";

/** Who must answer before anything is judged. */
export interface Expected {
  /** `GREENGATE_RELEASE`. A release that changes only configuration has its commit in common with the old one. */
  release: string;
  commit: string;
  /** How many answers in a row must say so, before anything is judged. Default 5. */
  inARow?: number;
}

const gap = 200;
const limit = 30_000;

const health = v.object({ commit: v.string(), release: v.string() });

/**
 * Waits until some answers in a row say that they come from `expected`. Load balancers take an unknown time to shift and
 * kept-alive connections may still lead to the old colour, whose answer is neither green nor red. After 30 s (or at the
 * target's deadline) throws NotJudged and says who answered instead.
 */
export async function identify(target: Target, expected: Expected): Promise<void> {
  const { clock } = target;
  const { inARow = 5 } = expected;
  const until = Math.min(clock.now() + limit, target.deadline);
  let row = 0;
  let last = "nobody was asked";
  while (clock.now() < until) {
    const who = await exchange(target, { method: "GET", path: "/health" }).then(
      (answer) => describeOther(answer, expected),
      (error: unknown) => describeError(error),
    );
    row = who === undefined ? row + 1 : 0;
    if (row === inARow) return;
    last = who ?? last;
    await clock.sleep(gap);
  }
  // A name may have hundreds of characters, and who answered instead must still fit into the line.
  throw new NotJudged(
    `${lineOf(expected.release, 120)} did not answer ${inARow === 1 ? "once" : `${inARow} times in a row`} within ${limit / 1000} s; last: ${last}`,
  );
}

/** Who answered instead; `undefined` = it is the expected one. */
function describeOther(answer: HttpAnswer, expected: Expected): string | undefined {
  if (answer.release === null) return `${answer.request} answered ${answer.status} without x-greengate-release`;
  if (answer.release !== expected.release) return `release ${answer.release}`;
  // It is the release, and it is ill: that is for the checks to judge.
  if (answer.status !== 200) return undefined;
  const body = v.safeParse(health, answer.body);
  if (!body.success) return `${answer.request} answered ${answer.status} without commit and release`;
  if (body.output.release !== expected.release)
    return `release ${body.output.release} in the body of ${answer.request}`;
  if (body.output.commit !== expected.commit) return `commit ${body.output.commit}, not ${expected.commit}`;
  return undefined;
}
