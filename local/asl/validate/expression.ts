import { compile, expressionIn } from "../expressions.ts";
import { isObject, type Problems } from "./problems.ts";

/** Parses every expression in the value. In a JSONPath state there must be none: it would be plain text there. */
export function checkExpressions(problems: Problems, where: string, value: unknown, jsonata: boolean): void {
  if (Array.isArray(value)) {
    for (const [position, item] of value.entries()) checkExpressions(problems, `${where}[${position}]`, item, jsonata);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) checkExpressions(problems, `${where}.${name}`, item, jsonata);
  } else if (typeof value === "string" && value.startsWith("{%")) {
    problems.must(jsonata, where, "hold no expression: the state's QueryLanguage isn't JSONata", value);
    problems.must(value.endsWith("%}"), where, "end its expression with %}", value);
    const source = expressionIn(value);
    if (source !== undefined) checkSource(problems, where, source);
  }
}

export const isExpression = (value: unknown): value is string =>
  typeof value === "string" && expressionIn(value) !== undefined;

function checkSource(problems: Problems, where: string, source: string): void {
  try {
    const { names } = compile(source);
    problems.must(!names.has("eval"), where, "do without $eval, which Step Functions hasn't", source);
  } catch (thrown) {
    const { code, message } = Object(thrown) as { code?: string; message?: string };
    problems.must(false, where, `be JSONata 2.0.6 (${code ?? "error"}: ${message ?? String(thrown)})`, source);
  }
}
