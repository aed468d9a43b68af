import { isObject, onlyKnown, type Problems } from "./problems.ts";

/** Retry: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export function checkRetry(problems: Problems, where: string, retry: unknown): void {
  for (const [at, retrier, last] of rules(problems, where, retry)) {
    onlyKnown(problems, at, retrier, ["ErrorEquals", "Comment", "JitterStrategy", ...Object.keys(ranges)]);
    checkErrorEquals(problems, at, retrier.ErrorEquals, last);
    for (const [name, [least, most]] of Object.entries(ranges)) {
      const value = retrier[name];
      const whole = name === "BackoffRate" || Number.isInteger(value);
      const within = value === undefined || (typeof value === "number" && whole && value >= least && value <= most);
      problems.must(within, `${at}.${name}`, `be a number from ${least} to ${most}`, value);
    }
    const jitter = retrier.JitterStrategy;
    problems.must(
      jitter === undefined || jitter === "FULL" || jitter === "NONE",
      `${at}.JitterStrategy`,
      "be FULL or NONE",
      jitter,
    );
  }
}

const ranges: Record<string, [least: number, most: number]> = {
  IntervalSeconds: [1, 99_999_999],
  MaxAttempts: [0, 99_999_999],
  BackoffRate: [1, Number.MAX_VALUE],
  MaxDelaySeconds: [1, 31_622_400],
};

export function checkCatch(problems: Problems, where: string, catchers: unknown): void {
  for (const [at, catcher, last] of rules(problems, where, catchers)) {
    onlyKnown(problems, at, catcher, ["ErrorEquals", "Next", "Assign", "Output", "Comment"]);
    checkErrorEquals(problems, at, catcher.ErrorEquals, last);
  }
}

function checkErrorEquals(problems: Problems, where: string, names: unknown, last: boolean): void {
  const at = `${where}.ErrorEquals`;
  if (!Array.isArray(names) || names.length === 0 || !names.every((name) => typeof name === "string")) {
    problems.must(false, at, "be a list of error names", names);
    return;
  }
  const alone = !names.includes("States.ALL") || (names.length === 1 && last);
  problems.must(alone, at, "have States.ALL stand alone, in the last place", names);
}

/** The rules of a list, each with its place and whether it is the last. */
function rules(problems: Problems, where: string, list: unknown): [string, Record<string, unknown>, boolean][] {
  if (list === undefined) return [];
  if (!Array.isArray(list) || !list.every(isObject)) {
    problems.must(false, where, "be a list of rules", list);
    return [];
  }
  return list.map((rule, position) => [`${where}[${position}]`, rule, position === list.length - 1]);
}
