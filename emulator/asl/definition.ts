import * as v from "valibot";

/*
 * The Amazon States Language, as far as this project uses it: JSONata mode, inline Maps. https://states-language.net/
 * Stricter than AWS where something isn't supported here, never laxer on purpose. Messages complete "<where> must …".
 */

/** A machine that validate() found no problem in. */
export type Definition = v.InferOutput<typeof machine>;

/** A line of states: the machine itself, a branch of a Parallel, the processor of a Map. */
export interface Branch {
  StartAt: string;
  States: Record<string, State>;
}

export type State = v.InferOutput<typeof anyState>;
export type StateType = State["Type"];
export type StateOf<Type extends StateType> = Extract<State, { Type: Type }>;
export type Task = StateOf<"Task">;
/** The states that can fail, and be retried and caught. */
export type Fallible = StateOf<"Task" | "Parallel" | "Map">;

export type Retrier = v.InferOutput<typeof retrier>;
/** Where a state goes when a condition or an error says so, with its own Assign and Output. */
export interface Exit {
  Next?: string | undefined;
  Assign?: Record<string, Json>;
  Output?: Json;
}

/** Any JSON value. Strings that are exactly `{% … %}` are expressions. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The expression within `{% … %}`; undefined for any other string. Blanks around the braces make it a plain string: recorded. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith("{%") && text.endsWith("%}") && text.length >= 4 ? text.slice(2, -2).trim() : undefined;
}

/** The longest time that a field takes: https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export const maximumSeconds = 99_999_999;

/** Cloud ms of an ISO 8601 date and time with its offset (`Z` too); undefined for anything else. */
export function timestampIn(text: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** The state of that name. Names are unique in the whole machine, inner scopes included, so a name is enough. */
export function stateOf(definition: Definition, name: string): State {
  let states = indexes.get(definition);
  if (!states) {
    states = new Map(lines(definition).flatMap((line) => Object.entries(line.States)));
    indexes.set(definition, states);
  }
  const state = states.get(name);
  if (!state) throw new Error(`The machine has no state '${name}'; validate() tells before it starts.`);
  return state;
}
const indexes = new WeakMap<Definition, Map<string, State>>();

/** The line itself and every line inside of it. */
export function lines(line: Branch): Branch[] {
  return [line, ...Object.values(line.States).flatMap((state) => linesOf(state).flatMap(lines))];
}

/** The lines that a Parallel or a Map runs. */
export function linesOf(state: State): Branch[] {
  if (state.Type === "Parallel") return state.Branches;
  return state.Type === "Map" ? [state.ItemProcessor] : [];
}

const must = <Value>(rule: string, holds: (value: unknown) => boolean) => v.custom<Value>(holds, rule);
const orExpression = <Value>(rule: string, holds: (value: unknown) => boolean) =>
  must<Value | string>(
    `${rule} or {% an expression %}`,
    (value) => holds(value) || (typeof value === "string" && expressionIn(value) !== undefined),
  );
const isNumber = (value: unknown) => typeof value === "number";
const isWhole = (least: number, most: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
const whole = (least: number, most = maximumSeconds) =>
  must<number>(`be a whole number from ${least} to ${most}`, isWhole(least, most));
const amount = (least: number) =>
  orExpression<number>(`be a whole number from ${least} to ${maximumSeconds}`, isWhole(least, maximumSeconds));
const some = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.array(schema), v.nonEmpty("hold at least one"));
/** An object of these fields and no other. (v.strictObject stops at the first one too many.) */
const strict = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.objectWithRest(entries, v.never()) as unknown as v.StrictObjectSchema<Entries, undefined>;
function optional<Entries extends v.ObjectEntries>(entries: Entries) {
  const made = Object.entries(entries).map(([name, schema]) => [name, v.exactOptional(schema as v.GenericSchema)]);
  return Object.fromEntries(made) as { [Name in keyof Entries]: v.ExactOptionalSchema<Entries[Name], undefined> };
}

const text = v.string();
const json = must<Json>("be JSON", (value) => value !== undefined);
const comment = optional({ Comment: text });
const language = optional({ QueryLanguage: v.picklist(["JSONata", "JSONPath"]) });
const state = <const Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) =>
  strict({ Type: v.literal(type), ...comment, ...language, ...entries });
const results = optional({ Assign: v.record(text, json), Output: json });
const leaving = { ...results, ...optional({ Next: text, End: v.boolean() }) };

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const standsAlone = (names: string[]) => names.length === 1 || !names.includes("States.ALL");
const errors = { ErrorEquals: v.pipe(some(text), v.check(standsAlone, "have States.ALL stand alone")) };
const backoff = optional({
  IntervalSeconds: whole(1),
  MaxAttempts: whole(0),
  BackoffRate: must<number>("be a number from 1", (value) => isNumber(value) && Number(value) >= 1),
  MaxDelaySeconds: whole(1, 31_622_400),
  JitterStrategy: v.picklist(["FULL", "NONE"]),
});
const retrier = strict({ ...errors, ...comment, ...backoff });
const catcher = strict({ ...errors, ...comment, ...results, Next: text });
const rules = <Rule extends { ErrorEquals: string[] }>(rule: v.GenericSchema<Rule>) => {
  const isLast = (list: Rule[]) => !list.slice(0, -1).some(({ ErrorEquals }) => ErrorEquals.includes("States.ALL"));
  return v.pipe(v.array(rule), v.check(isLast, "have States.ALL in the last place"));
};
const fallible = { ...leaving, ...optional({ Retry: rules(retrier), Catch: rules(catcher) }) };

const isTimestamp = (value: unknown) => timestampIn(String(value)) !== undefined;
const timestamp = orExpression<string>("be an ISO 8601 date and time with its offset", isTimestamp);
const wait = v.pipe(
  state("Wait", { ...leaving, ...optional({ Seconds: amount(0), Timestamp: timestamp }) }),
  v.check((it) => (it.Seconds === undefined) !== (it.Timestamp === undefined), "have either Seconds or Timestamp"),
);

const condition = orExpression<boolean>("be true, false", (value) => typeof value === "boolean");
const rule = strict({ ...comment, ...results, Condition: condition, Next: text });

// Which resources there are is the cloud's affair.
const arn = must<string>("be an ARN", (value) => typeof value === "string" && value.startsWith("arn:"));
const credentials = strict({ RoleArn: text });
const bounds = optional({ TimeoutSeconds: amount(1), HeartbeatSeconds: amount(1) });
const task = v.pipe(
  state("Task", { Resource: arn, ...fallible, ...bounds, ...optional({ Arguments: json, Credentials: credentials }) }),
  v.forward(
    v.check((it) => !(Number(it.HeartbeatSeconds) >= Number(it.TimeoutSeconds)), "be less than TimeoutSeconds"),
    ["HeartbeatSeconds"],
  ),
);

// The lines within a state: a schema that holds itself can't be inferred, so that its type is given.
const branch: v.GenericSchema<Branch> = v.lazy(() => strict({ ...line, ...comment }));
const inline = optional({ ProcessorConfig: v.looseObject(optional({ Mode: v.literal("INLINE") })) });
const processor: v.GenericSchema<Branch> = v.lazy(() => strict({ ...line, ...comment, ...inline }));
const tolerance = orExpression<number>("be a number", isNumber);
const iterating = optional({
  Items: orExpression<Json>("be a list", Array.isArray),
  ItemSelector: json,
  MaxConcurrency: amount(0),
  ToleratedFailureCount: tolerance,
  ToleratedFailurePercentage: tolerance,
});

const anyState = v.variant("Type", [
  state("Pass", leaving),
  state("Succeed", optional({ Output: json })),
  state("Fail", optional({ Error: text, Cause: text })),
  wait,
  state("Choice", { Choices: some(rule), ...results, ...optional({ Default: text }) }),
  task,
  state("Parallel", { Branches: some(branch), ...fallible, ...optional({ Arguments: json }) }),
  state("Map", { ItemProcessor: processor, ...fallible, ...iterating }),
]);

const name = v.pipe(text, v.regex(/^.{1,80}$/su, "have a name of 1 to 80 characters"));
const line = { StartAt: text, States: v.pipe(v.record(name, anyState), v.minEntries(1, "hold at least one")) };

export const machine = strict({
  ...line,
  ...comment,
  ...language,
  ...optional({ Version: text, TimeoutSeconds: whole(1) }),
});
