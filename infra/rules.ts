import * as v from "valibot";

type Test<T> = RegExp | ((value: T) => boolean);
const holds = (test: Test<string>, value: unknown): value is string =>
  typeof value === "string" && value !== "" && (test instanceof RegExp ? test.test(value) : test(value));

/** A key's value; its message is the rule, which `problems` completes to "… must be <rule>, not <value>". */
export const text = (test: Test<string>, rule: string) => v.custom<string>((value) => holds(test, value), rule);

/** A whole number, both ends included. */
export const whole = (least: number, most: number) =>
  v.custom<number>(
    (value) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most,
    `${least} to ${most}`,
  );

/** At least one text. */
export const list = (test: Test<string>, rule: string) =>
  v.custom<string[]>(
    (value) => Array.isArray(value) && value.length > 0 && value.every((one) => holds(test, one)),
    rule,
  );

/** Names to texts. */
export const map = (name: Test<string>, value: Test<string>, rule: string) =>
  v.custom<Record<string, string>>(
    (given) =>
      typeof given === "object" &&
      given !== null &&
      !Array.isArray(given) &&
      Object.entries(given).every(([key, each]) => holds(name, key) && (each === "" || holds(value, each))),
    rule,
  );

/** No path, no query, no credentials. */
export const isOrigin = (address: string): boolean =>
  URL.canParse(address) && new URL(address).protocol === "https:" && new URL(address).origin === address;

export const isEmail = (address: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address);

/** A variable's name that Greengate doesn't set itself. */
export const isOwnVariable = (name: string): boolean =>
  /^[A-Za-z_]\w*$/.test(name) && !["PORT", "ENVIRONMENT", "COMMIT", "GREENGATE_RELEASE"].includes(name);

export const isSecretArn = (value: string): boolean =>
  /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/.test(value);

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
export const isFargateSize = (cpu: number, memory: number): boolean =>
  memory >= 2 * cpu && memory <= 8 * cpu && (memory % 1024 === 0 || memory === 512);
