import * as v from "valibot";
import type { Graph } from "./graph.ts";

/**
 * Every resource of a type: what the program gave it and what AWS computes, in the shape of `schema`. Throws one line per problem that
 * names the resource: where, rule, actual value.
 */
export function resourcesOf<T>(graph: Graph, type: string, schema: v.GenericSchema<unknown, T>): T[] {
  return graph.resources
    .filter((resource) => resource.type === type)
    .map(({ urn, inputs, outputs }) => {
      const parsed = v.safeParse(schema, { ...outputs, ...inputs });
      if (parsed.success) return parsed.output;
      const problems = parsed.issues.map(
        (issue) => `${urn}: ${v.getDotPath(issue) ?? "it"}: ${issue.message}; the embedded cloud can't run that`,
      );
      throw new Error(problems.join("\n"));
    });
}
