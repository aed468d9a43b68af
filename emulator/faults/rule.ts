import { nearMatch } from "../../contract/nearMatch.ts";
import { services } from "../endpoint/services.ts";
import { environments } from "../graph/graph.ts";

/** A fault to come. */
export interface Rule {
  /** As people write it: `ecs:UpdateService throttle 2`, `lambda:smoke timeout 1 on live`, `task:dev crash-after 200`. */
  text: string;
  /** A service of the API, `lambda`, `task` or `balancer`. */
  where: string;
  /** Of a service the action, of `lambda` the function; of `task` and `balancer` the environment. */
  name: string;
  fault: Fault;
  /** What the fault's number counts: see {@link faults}. */
  amount: number;
  /** Only there; absent = everywhere. */
  environment?: string;
}

export type Fault = keyof typeof faults;

/** Whether a fault strikes at its victim's `met`-th meeting with the rule, which has struck `struck` times so far. */
type Strikes = (rule: { amount: number; met: number; struck: number }) => boolean;

const firstOnes: Strikes = ({ amount, struck }) => struck < amount;
const callsOf = { of: "calls", most: 1_000, strikes: firstOnes };

/** What each fault's number counts, the highest, and when it strikes. */
export const faults = {
  throttle: callsOf,
  lose: callsOf,
  timeout: callsOf,
  "crash-at-boot": { of: "tasks", most: 1_000, strikes: firstOnes },
  "crash-after": {
    of: "requests",
    most: 1_000_000,
    strikes: ({ amount, met, struck }) => met > amount && struck === 0,
  },
  "slow-weights": { of: "seconds of cloud time", most: 3_600, strikes: () => true },
  "reset-rules": { of: "shifts", most: 1_000, strikes: ({ amount, met }) => met === amount },
} satisfies Record<string, { of: string; most: number; strikes: Strikes }>;

/** Where faults can strike: the names there, unless only the graph knows them, and which faults. */
const places = new Map<string, { names?: readonly string[]; faults: Fault[] }>([
  ...services.map(({ name, actions }) => [name, { names: actions, faults: ["throttle", "lose"] as Fault[] }] as const),
  ["lambda", { faults: ["throttle", "timeout"] }],
  ["task", { names: environments, faults: ["crash-at-boot", "crash-after"] }],
  ["balancer", { names: environments, faults: ["slow-weights", "reset-rules"] }],
]);

const form = /^\s*([^\s:]*):(\S*)\s+(\S+)\s+(\S+)(?:\s+on\s+(\S+))?\s*$/;

/** Reads a rule. Throws an error of one line: the rule, what is wrong in it, what it could be. */
export function parseRule(text: string): Rule {
  const [, where = "", name = "", fault = "", digits = "", environment] = form.exec(text) ?? [];
  if (where === "")
    throw refusal(text, "it", "such as 'ecs:UpdateService throttle 2' or 'lambda:smoke timeout 1 on live'", text);
  oneOf(text, "the place", [...places.keys()], where);
  const place = places.get(where)!;
  if (place.names) oneOf(text, `what follows ${where}:`, place.names, name);
  oneOf(text, `the fault of ${where}:${name}`, place.faults, fault);
  const { of, most } = faults[fault as Fault];
  const amount = Number(digits);
  if (!/^[1-9]\d{0,6}$/.test(digits) || amount > most)
    throw refusal(text, `the number after ${fault}`, `1 to ${most} ${of}`, digits);
  const rule: Rule = { text, where, name, fault: fault as Fault, amount };
  const here = place.names === environments;
  if (environment === undefined) return here ? { ...rule, environment: name } : rule;
  if (here) throw refusal(text, "the end", `${digits}: ${where}:${name} says where already`, text);
  oneOf(text, "what follows on", environments, environment);
  return { ...rule, environment };
}

/** Refuses a word of the rule that isn't among the known ones, with the one that was probably meant, or else all. */
export function oneOf(rule: string, what: string, known: readonly string[], word: string): void {
  if (known.includes(word)) return;
  const near = nearMatch(word, [...known]);
  throw near
    ? new Error(`fault ${quoted(rule)}: ${what} is not known: ${quoted(word)}; did you mean ${near}?`)
    : refusal(rule, what, known.join(" or "), word);
}

const refusal = (rule: string, what: string, must: string, actual: string): Error =>
  new Error(`fault ${quoted(rule)}: ${what} must be ${must}, not ${quoted(actual)}`);

const quoted = (text: string): string => JSON.stringify(text);
