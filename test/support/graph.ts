import { inject } from "vitest";
import type { Graph, Resource } from "../../emulator/graph/graph.ts";
import type {} from "./globalSetup.ts";

/** The project's own graph of a stack. */
export const graphOf = (stack: "dev" | "live"): Graph => inject("graphs")[stack];

/** The one resource of that type, and name where there are several; types read as in `aws.lb.ListenerRule`. */
export function resource(graph: Graph, type: string, name?: string): Resource {
  const found = resources(graph, type).filter((each) => name === undefined || each.name === name);
  if (found.length === 1 && found[0]) return found[0];
  throw new Error(`${graph.stack} has ${found.length} of ${type} ${name ?? ""}, not 1`);
}

export function resources(graph: Graph, type: string): Resource[] {
  const [, module, kind = ""] = type.split(".");
  const token = `aws:${module}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
  return graph.resources.filter((each) => each.type === token);
}

interface Statement {
  Effect: string;
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string>>;
}

/** What a role may do: what follows `<project>-<environment>-` in its name → its statements. */
export function policies(graph: Graph): Record<string, Statement[]> {
  const all = resources(graph, "aws.iam.RolePolicy");
  return Object.fromEntries(all.map(({ name, inputs }) => [name, JSON.parse(String(inputs.policy)).Statement]));
}

/** On which resources a role has that action, account and region left out. */
export function allowed(graph: Graph, role: string, action: string): string[] {
  const statements = policies(graph)[role] ?? [];
  return statements
    .filter((statement) => statement.Action.includes(action))
    .flatMap((statement) => statement.Resource)
    .map((arn) => arn.replace(/^arn:aws:(\w+):us-east-1:000000000000:/, "$1:"));
}

export function variables(graph: Graph, lambda: string): Record<string, string> {
  const { variables: set } = resource(graph, "aws.lambda.Function", lambda).inputs.environment as {
    variables: Record<string, string>;
  };
  return set;
}
