import * as v from "valibot";
import type { Graph } from "./graph.ts";

/**
 * Every resource of a type: its inputs in the shape of `schema`, and the ARN that AWS gives it. Throws one line per problem: resource,
 * path, rule, actual value.
 */
export function resourcesOf<T extends object>(
  graph: Graph,
  type: string,
  schema: v.GenericSchema<unknown, T>,
): (T & { arn: string })[] {
  return graph.resources
    .filter((resource) => resource.type === type)
    .map(({ urn, inputs, outputs }) => {
      const parsed = v.safeParse(schema, inputs);
      if (parsed.success) return { ...parsed.output, arn: String(outputs.arn) };
      const problems = parsed.issues.map((issue) => `${urn}: ${v.getDotPath(issue) ?? "inputs"}: ${issue.message}`);
      throw new Error(problems.map((problem) => `${problem}; the embedded cloud can't run that`).join("\n"));
    });
}
