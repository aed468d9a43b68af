import type { Flow, State } from "../stateMachine/asl.ts";

/** A machine as a Mermaid flowchart: tasks are boxes, choices diamonds, a Parallel a frame around its branch; after errors, dotted. */
export function drawing(definition: Flow): string {
  const ids = new Map<string, string>();
  const id = (name: string) => {
    if (!ids.has(name)) ids.set(name, `s${ids.size}`);
    return ids.get(name) ?? "";
  };
  const lines = (flow: Flow, indent: string): string[] =>
    Object.entries(flow.States).flatMap(([name, state]) => [
      ...(state.Type === "Parallel"
        ? [
            `${indent}subgraph ${id(name)} ["${name}"]`,
            ...state.Branches.flatMap((branch) => lines(branch, `${indent}  `)),
            `${indent}end`,
          ]
        : [`${indent}${id(name)}${shape(name, state)}`]),
      ...arrows(name, state).map(([to, caught]) => `${indent}${id(name)} ${caught ? "-.->" : "-->"} ${id(to)}`),
    ]);
  return ["flowchart TD", `  start((start)) --> ${id(definition.StartAt)}`, ...lines(definition, "  ")].join("\n");
}

function shape(name: string, { Type }: State<string>): string {
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
