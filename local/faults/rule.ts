import { services } from "../endpoint/services.ts";
import { UsageError } from "../options.ts";
import { environments } from "../rehearsal/stage.ts";

export type Fault = "throttle" | "lose" | "timeout" | "crash-at-boot" | "crash-after" | "slow-weights";

/** A fault to come, as people write it: `ecs:UpdateService throttle 2`, `lambda:smoke timeout 1 on live`, `task:dev crash-after 200`. */
export interface Rule {
  /** A service of the API, `lambda`, `task` or `balancer`. */
  where: string;
  /** Of a service the action, of `lambda` the function; of `task` and `balancer` the environment. */
  name: string;
  fault: Fault;
  /** How many calls, tasks or requests, or cloud seconds: see {@link places}. */
  amount: number;
  /** Only there; absent = everywhere. */
  environment?: string;
}

/** Reads a rule. Throws a {@link UsageError} of one line: the rule, what is wrong in it, what it could be. */
export function parseRule(text: string): Rule {
  const [, where = "", name = "", fault = "", amount = "", environment] = form.exec(text) ?? [];
  const refuse = (what: string, must: string, actual: string): UsageError =>
    new UsageError(`fault ${JSON.stringify(text)}: ${what} must be ${must}, not ${JSON.stringify(actual)}`);
  if (where === "")
    throw refuse("it", "such as 'ecs:UpdateService throttle 2' or 'lambda:smoke timeout 1 on live'", text);
  const place = places.get(where);
  if (!place) throw refuse("the place", oneOf([...places.keys()]), where);
  if (!place.names.test(name)) throw refuse(`what follows ${where}:`, place.named, name);
  const limits = place.faults[fault as Fault];
  if (!limits) throw refuse(`the fault of ${where}:${name}`, oneOf(Object.keys(place.faults)), fault);
  if (!/^[1-9]\d{0,6}$/.test(amount) || Number(amount) > limits.most)
    throw refuse(`the number after ${fault}`, `1 to ${limits.most} ${limits.of}`, amount);
  const rule: Rule = { where, name, fault: fault as Fault, amount: Number(amount) };
  if (environment === undefined) return rule;
  if (place.names === environmentNames) throw refuse("the end", `${amount}: ${where}:${name} says where already`, text);
  if (!environmentNames.test(environment)) throw refuse("what follows on", oneOf(environments), environment);
  return { ...rule, environment };
}

/** The rule as {@link parseRule} reads it. */
export const textOf = ({ where, name, fault, amount, environment }: Rule): string =>
  `${where}:${name} ${fault} ${amount}${environment === undefined ? "" : ` on ${environment}`}`;

interface Place {
  names: RegExp;
  /** For people. */
  named: string;
  faults: Partial<Record<Fault, { of: string; most: number }>>;
}

const form = /^\s*([^\s:]*):(\S*)\s+(\S+)\s+(\S+)(?:\s+on\s+(\S+))?\s*$/;
const oneOf = (words: readonly string[]): string => words.join(" or ");
const environmentNames = new RegExp(`^(${environments.join("|")})$`);
const calls = { of: "calls", most: 1_000 };
const api: Place = {
  names: /^[A-Z][A-Za-z]+$/,
  named: "an action such as UpdateService",
  faults: { throttle: calls, lose: calls },
};

/** Where faults can strike, which, and what their numbers count. */
const places: ReadonlyMap<string, Place> = new Map([
  ...services.map(({ name }): [string, Place] => [name, api]),
  ["lambda", { names: /^[a-z]+$/, named: "a function such as deploy", faults: { throttle: calls, timeout: calls } }],
  [
    "task",
    {
      names: environmentNames,
      named: oneOf(environments),
      faults: { "crash-at-boot": { of: "tasks", most: 1_000 }, "crash-after": { of: "requests", most: 1_000_000 } },
    },
  ],
  [
    "balancer",
    {
      names: environmentNames,
      named: oneOf(environments),
      faults: { "slow-weights": { of: "seconds of cloud time", most: 3_600 } },
    },
  ],
]);
