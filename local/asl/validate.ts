import { maximumSeconds } from "./states/wait.ts";
import { checkLine } from "./validate/line.ts";
import { isObject, newProblems, onlyKnown } from "./validate/problems.ts";

/**
 * Everything that keeps a definition from being created, one line each: where, rule, value. Empty: it is a `Definition`.
 * Stricter than AWS where something isn't supported here, never laxer on purpose. Resources are the cloud's affair.
 */
export function validate(definition: unknown): string[] {
  const problems = newProblems();
  if (!isObject(definition)) {
    problems.must(false, "The definition", "be an object", definition);
    return problems.lines;
  }
  const { QueryLanguage: language = "JSONPath", TimeoutSeconds: timeout } = definition;
  onlyKnown(problems, "definition", definition, [
    "Comment",
    "Version",
    "QueryLanguage",
    "TimeoutSeconds",
    "StartAt",
    "States",
  ]);
  problems.must(["JSONata", "JSONPath"].includes(String(language)), "definition.QueryLanguage", "be JSONata", language);
  const fits =
    timeout === undefined || (Number.isInteger(timeout) && Number(timeout) > 0 && Number(timeout) <= maximumSeconds);
  problems.must(fits, "definition.TimeoutSeconds", `be a whole number from 1 to ${maximumSeconds}`, timeout);
  checkLine(problems, "definition", definition, { language, taken: new Set(), outer: new Set() });
  return problems.lines;
}
