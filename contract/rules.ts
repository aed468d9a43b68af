import * as v from "valibot";

/** A text's rule: a pattern or a function that must hold. */
export type Test = RegExp | ((value: string) => boolean);

const holds = (test: Test, value: unknown): value is string =>
  typeof value === "string" && value !== "" && (test instanceof RegExp ? test.test(value) : test(value));

/** A text; its message is the rule, which `problems` completes to "… must be <rule>, not <value>". */
export const text = (test: Test, rule: string) => v.custom<string>((value) => holds(test, value), rule);

/** Text of one to `most` UTF-16 units, for people. */
export const words = (most: number) => text((value) => value.length <= most, `1 to ${most} characters`);

/** A whole number, both ends included. */
export const whole = (least: number, most: number, rule = `${least} to ${most}`) =>
  v.custom<number>(
    (value) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most,
    rule,
  );

/** At least one text. */
export const list = (test: Test, rule: string) =>
  v.custom<string[]>(
    (value) => Array.isArray(value) && value.length > 0 && value.every((one) => holds(test, one)),
    rule,
  );

/** Names to texts. */
export const map = (name: Test, value: Test, rule: string) =>
  v.custom<Record<string, string>>(
    (given) =>
      typeof given === "object" &&
      given !== null &&
      !Array.isArray(given) &&
      Object.entries(given).every(([key, each]) => holds(name, key) && (each === "" || holds(value, each))),
    rule,
  );
