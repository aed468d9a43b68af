import type { Flow, State } from "../stateMachine/asl.ts";

/** A machine's phases as a Mermaid flowchart: what stands inside a Parallel is left out; after errors, dotted. */
export function drawing(definition: Flow): string {
  const names = Object.keys(definition.States);
  const id = (name: string) => `s${names.indexOf(name)}`;
  const lines = Object.entries(definition.States).flatMap(([name, state]) => [
    `  ${id(name)}${shape(name, state)}`,
    ...arrows(name, state).map(([to, caught]) => `  ${id(name)} ${caught ? "-.->" : "-->"} ${id(to)}`),
  ]);
  return ["flowchart LR", `  start((start)) --> ${id(definition.StartAt)}`, ...lines].join("\n");
}

/** Tasks are boxes, phases double ones, choices diamonds. */
function shape(name: string, { Type }: State<string>): string {
  if (Type === "Parallel") return `[["${name}"]]`;
  if (Type === "Choice") return `{"${name}"}`;
  if (Type === "Wait") return `(["${name}"])`;
  if (Type === "Succeed" || Type === "Fail") return `(("${name}"))`;
  return `["${name}"]`;
}

/** Where a state leads, each place once; `true` = after an error. */
function arrows(name: string, state: State<string>): [to: string, caught: boolean][] {
  const onward = new Set<string>();
  const caught = new Set<string>();
  if (state.Type === "Choice") {
    for (const { Next } of state.Choices) onward.add(Next);
    onward.add(state.Default);
  } else if ("Next" in state && state.Next) onward.add(state.Next);
  if ("Catch" in state) for (const { Next } of state.Catch ?? []) if (!onward.has(Next)) caught.add(Next);
  onward.delete(name);
  return [
    ...[...onward].map((to): [string, boolean] => [to, false]),
    ...[...caught].map((to): [string, boolean] => [to, true]),
  ];
}
