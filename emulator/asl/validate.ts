import * as v from "valibot";
import { compile } from "./compile.ts";
import { expressionIn, machine } from "./definition.ts";

/**
 * Everything that keeps a definition from being created, one line each: where, rule, value. Empty: it is a `Definition`.
 * First each field by itself, then how the states hang together. Resources are the cloud's affair.
 */
export function validate(definition: unknown): string[] {
  const { issues } = v.safeParse(machine, definition);
  const { QueryLanguage: language = "JSONPath" } = fieldsOf(definition);
  const around = { language, taken: new Set<string>(), outer: new Set<string>() };
  return [...(issues ?? []).map(describeIssue), ...inLine("definition", definition, around)];
}

interface Around {
  /** QueryLanguage of the machine. */
  language: unknown;
  /** Names of the states so far, in the whole machine. */
  taken: Set<string>;
  /** Variables that the outer scopes assign. */
  outer: ReadonlySet<string>;
}

function* inLine(where: string, line: unknown, around: Around): Generator<string> {
  const { StartAt: first, States } = fieldsOf(line);
  if (States === undefined) return;
  const states = fieldsOf(States);
  const isState = (name: unknown) => typeof name === "string" && Object.hasOwn(states, name);
  const reached = new Set([first]);
  for (const name of reached) for (const { target } of waysOut(states[String(name)])) reached.add(target);
  // What a state's own catchers assign, its branches may assign too: recorded (LocalStack's PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING).
  const assignedOutside = (inner: string) =>
    Object.entries(states).flatMap(([name, state]) =>
      waysOut(state).flatMap(({ field, variables }) => (name === inner && field.startsWith(".Catch") ? [] : variables)),
    );

  if (first !== undefined && !isState(first)) yield problem(`${where}.StartAt`, "name a state of its line", first);
  for (const [name, value] of Object.entries(states)) {
    const at = `${where}.States.${name}`;
    const state = fieldsOf(value);
    if (around.taken.has(name)) yield problem(at, "have a name of its own in the whole machine", name);
    around.taken.add(name);
    if (isState(first) && !reached.has(name)) yield problem(at, "be reachable from StartAt", name);
    const { Type: type, Next, End, Branches, ItemProcessor } = state;
    if (!["Choice", "Succeed", "Fail"].includes(String(type)) && (Next === undefined) === (End !== true))
      yield problem(at, "have either Next or End: true", { Next, End });
    for (const { field, target, variables } of waysOut(state)) {
      if (target !== undefined && !isState(target)) yield problem(at + field, "name a state of its line", target);
      for (const variable of variables) {
        const here = `${at} (variable ${variable})`;
        if (!isVariable(variable)) yield problem(here, "have an identifier of up to 80 characters as name", variable);
        if (around.outer.has(variable)) yield problem(here, "have a name that no outer scope assigns", variable);
      }
    }
    yield* inFields(at, state, around.language);
    if (Branches === undefined && ItemProcessor === undefined) continue;
    const inner = { ...around, outer: new Set([...around.outer, ...assignedOutside(name)]) };
    for (const [index, branch] of listIn(Branches).entries()) yield* inLine(`${at}.Branches[${index}]`, branch, inner);
    yield* inLine(`${at}.ItemProcessor`, ItemProcessor, inner);
  }
}

/** Each place of a state that may name a next one, and the variables that are assigned on that way. */
function waysOut(value: unknown): { field: string; target: unknown; variables: string[] }[] {
  const state = fieldsOf(value);
  const way = (field: string, target: unknown, exit: unknown) => ({
    field,
    target,
    variables: Object.keys(fieldsOf(fieldsOf(exit).Assign)),
  });
  const rules = ["Choices", "Catch"].flatMap((list) =>
    listIn(state[list]).map((rule, index) => way(`.${list}[${index}].Next`, fieldsOf(rule).Next, rule)),
  );
  return [way(".Next", state.Next, state), way(".Default", state.Default, {}), ...rules];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html; `$states` is reserved. */
const isVariable = (name: string): boolean =>
  /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u.test(name) && name !== "states";

/** A state of the other language may have the fields common to both, without expressions: they would be plain text there. */
function* inFields(where: string, state: Fields, machine: unknown): Generator<string> {
  const { Branches: _, ItemProcessor: __, QueryLanguage: language = machine, ...fields } = state;
  if (machine === "JSONata" && language === "JSONPath")
    yield problem(`${where}.QueryLanguage`, "be JSONata, as the machine's is", language);
  for (const [name, value] of Object.entries(fields)) {
    if (language === "JSONata") yield* inValue(`${where}.${name}`, value);
    else if (jsonataOnly.includes(name) || JSON.stringify(value).includes('"{%'))
      yield problem(`${where}.${name}`, "be left to states whose QueryLanguage is JSONata", value);
  }
}
const jsonataOnly = ["Assign", "Output", "Arguments", "Choices", "Items", "ItemSelector"];

/** Parses every expression in the value. */
function* inValue(where: string, value: unknown): Generator<string> {
  for (const [index, item] of listIn(value).entries()) yield* inValue(`${where}[${index}]`, item);
  for (const [name, item] of Object.entries(fieldsOf(value))) yield* inValue(`${where}.${name}`, item);
  if (typeof value !== "string" || !value.startsWith("{%")) return;
  const source = expressionIn(value);
  if (source === undefined) return yield problem(where, "end its expression with %}", value);
  try {
    const { tree, names } = compile(source);
    if (names.has("eval")) yield problem(where, "do without $eval, which Step Functions hasn't", source);
    for (const name of withoutContext(tree))
      yield problem(
        where,
        `do without ${name} at the top level: there is no context, begin with $states or a variable`,
        source,
      );
    if (source.includes("$states.errorOutput") && !where.includes(".Catch["))
      yield problem(where, "do without $states.errorOutput, which only catchers have", source);
  } catch (thrown) {
    const { code = "error", message = String(thrown) } = fieldsOf(thrown);
    yield problem(where, `be JSONata 2.0.6 (${code}: ${message})`, source);
  }
}

/**
 * Names, and `$$`, that an expression looks up in a context where it has none: AWS refuses them when the machine is created
 * (https://github.com/floci-io/floci/pull/2699). Predicates, later steps and the bodies of functions have one.
 */
function withoutContext(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(withoutContext);
  if (node === undefined) return [];
  const { type, value, steps, lhs, rhs, expression, expressions, arguments: given, ...more } = fieldsOf(node);
  if (type === "name") return [String(value)];
  if (type === "variable" && value === "$") return ["$$"];
  if (type === "path") return withoutContext(listIn(steps)[0]);
  return withoutContext([lhs, rhs, expression, expressions, given, more.condition, more.then, more.else]);
}

/** A schema's issue. A message of its own is the rule. */
function describeIssue({ kind, type, path, expected, message, input }: v.InferIssue<typeof machine>): string {
  const { key, value = input } = path?.at(-1) ?? { key: "definition" };
  const where = [
    "definition",
    ...(path ?? []).map((item) => (item.type === "array" ? `[${item.key}]` : `.${item.key}`)),
  ];
  const isOwn = kind === "validation" || type === "custom";
  const rule = isOwn ? message : value === undefined ? "be given" : `be ${expected}`;
  if (type !== "never") return problem(where.join(""), rule, value);
  const isJsonPath = /Path$|^(Parameters|Result|ResultSelector|Variable)$/.test(String(key));
  const reason = isJsonPath ? "a JSONPath field, and only JSONata is supported" : "no field that is supported here";
  return `${where.join("")} is ${reason}: remove it (${briefly(value)})`;
}

/** `rule` completes "<where> must …". */
const problem = (where: string, rule: string, value: unknown): string => `${where} must ${rule}, not ${briefly(value)}`;

function briefly(value: unknown): string {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** A plain JSON object that nothing is known of yet. */
type Fields = Record<string, unknown>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
