import { isObject, onlyKnown, type Problems, type Unknown } from "./problems.ts";
import { checkState } from "./state.ts";

export interface Around {
  /** QueryLanguage of the machine. */
  language: unknown;
  /** Names of states seen so far in the whole machine. */
  taken: Set<string>;
  /** Variables that the outer scopes assign. */
  outer: Set<string>;
}

/** Checks a line of states, and the lines within: names, where they lead, that each can be reached, what they assign. */
export function checkLine(problems: Problems, where: string, line: unknown, around: Around): void {
  if (!isObject(line) || !isObject(line.States) || Object.keys(line.States).length === 0) {
    problems.must(false, where, "be an object with StartAt and States", line);
    return;
  }
  const states: Unknown = line.States;
  const isState = (name: unknown) => typeof name === "string" && Object.hasOwn(states, name);
  problems.must(isState(line.StartAt), `${where}.StartAt`, "name a state of its line", line.StartAt);

  const assigned = Object.values(states).flatMap(variablesOf);
  const inner: Around = { ...around, outer: new Set([...around.outer, ...assigned]) };
  for (const [name, state] of Object.entries(states)) {
    const at = `${where}.States.${name}`;
    problems.must(name.length <= 80 && name.length > 0, at, "have a name of 1 to 80 characters", name);
    problems.must(!around.taken.has(name), at, "have a name of its own in the whole machine", name);
    around.taken.add(name);
    if (!isObject(state)) {
      problems.must(false, at, "be an object", state);
      continue;
    }
    checkState(problems, at, state, around.language);
    checkVariables(problems, at, state, around.outer);
    checkExits(problems, at, state, isState);
    checkInner(problems, at, state, inner);
  }
  if (!isState(line.StartAt)) return;
  const reached = reachable(states, line.StartAt);
  for (const name of Object.keys(states))
    problems.must(reached.has(name), `${where}.States.${name}`, "be reachable from StartAt", name);
}

function checkExits(problems: Problems, where: string, state: Unknown, isState: (name: unknown) => boolean): void {
  for (const [field, target] of targetsOf(state))
    problems.must(isState(target), `${where}.${field}`, "name a state of its line", target);
  if (["Choice", "Succeed", "Fail"].includes(String(state.Type))) return;
  const { Next: next, End: end } = state;
  problems.must((next !== undefined) !== (end === true), where, "have either Next or End: true", {
    Next: next,
    End: end,
  });
}

function checkInner(problems: Problems, where: string, state: Unknown, around: Around): void {
  if (state.Type === "Parallel") {
    const branches = Array.isArray(state.Branches) ? state.Branches : [];
    problems.must(branches.length > 0, `${where}.Branches`, "be a list of at least one branch", state.Branches);
    for (const [position, branch] of branches.entries())
      checkLine(problems, `${where}.Branches[${position}]`, branch, around);
  }
  if (state.Type === "Map") {
    const processor = Object(state.ItemProcessor) as Unknown;
    onlyKnown(problems, `${where}.ItemProcessor`, processor, ["StartAt", "States", "ProcessorConfig", "Comment"]);
    const { Mode: mode = "INLINE" } = Object(processor.ProcessorConfig) as Unknown;
    problems.must(mode === "INLINE", `${where}.ItemProcessor.ProcessorConfig.Mode`, "be INLINE", mode);
    checkLine(problems, `${where}.ItemProcessor`, state.ItemProcessor, around);
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: names, and that inner scopes have others than outer ones. */
function checkVariables(problems: Problems, where: string, state: Unknown, outer: Set<string>): void {
  for (const name of variablesOf(state)) {
    const at = `${where} (variable ${name})`;
    problems.must(
      /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u.test(name) && name !== "states",
      at,
      "have an identifier of up to 80 characters as name, and not the reserved one",
      name,
    );
    problems.must(!outer.has(name), at, "have a name that no outer scope assigns", name);
  }
}

function variablesOf(state: unknown): string[] {
  const { Assign, Choices, Catch } = Object(state) as Unknown;
  const rules = [Choices, Catch].flatMap((list) => (Array.isArray(list) ? list : []));
  return [Assign, ...rules.map((rule) => Object(rule).Assign)].flatMap((assign) => Object.keys(Object(assign)));
}

/** Each place that names a next state, and the name. */
function targetsOf({ Next, Default, Choices, Catch }: Unknown): [string, unknown][] {
  const own = Object.entries({ Next, Default }).filter(([, target]) => target !== undefined);
  const rules = Object.entries({ Choices, Catch }).flatMap(([field, list]) =>
    (Array.isArray(list) ? list : []).map((rule, position): [string, unknown] => [
      `${field}[${position}].Next`,
      Object(rule).Next,
    ]),
  );
  return [...own, ...rules];
}

function reachable(states: Unknown, startAt: unknown): Set<unknown> {
  const reached = new Set([startAt]);
  for (const name of reached) {
    for (const [, target] of targetsOf(Object(states[String(name)]) as Unknown)) reached.add(target);
  }
  return reached;
}
