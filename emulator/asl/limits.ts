import type { Scope } from "./execution.ts";
import type { Problem } from "./failure.ts";

/** UTF-8 bytes of an input, a result, an output: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const maximumBytes = 256 * 1024;

/** The problem of a result or an output. `who` is the state, or what the task called, as AWS names it. */
export function problemOfResult(who: string, text: string): Problem | undefined {
  const what = "returned a result";
  if (Buffer.byteLength(text) > maximumBytes) return oversize(who, what);
  return isTooDeep(text)
    ? { error: "States.Runtime", cause: `The state/task '${who}' ${what} that is ${tooDeep}.` }
    : undefined;
}

/** The problem of a task's arguments. */
export const problemOfArguments = (who: string, text: string): Problem | undefined =>
  Buffer.byteLength(text) > maximumBytes ? oversize(who, "provided parameters") : undefined;

/**
 * The problem of an Assign: its variables together are longer than 256 KiB, or the execution's than 10 MiB with them. `others` are the
 * execution's other scopes. https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 * [unverified]: the error, its cause, and that names count.
 */
export function problemOfVariables(
  who: string,
  assigned: Record<string, string>,
  scope: Scope,
  others: Scope[],
): Problem | undefined {
  const kept = [{ ...scope.variables, ...assigned }, ...others.map(({ variables }) => variables)];
  if (bytesOf(assigned) <= maximumBytes && sum(kept.map(bytesOf)) <= 10 * 1024 * 1024) return undefined;
  return oversize(who, "assigned variables");
}

/**
 * How many levels of arrays and objects data may have. [unverified]: AWS documents no such limit. This is that of Jackson, with which
 * Java reads JSON, and Node's stack would end some thousands deeper. Beyond it an input is refused, a result fails its execution with
 * States.Runtime, an expression its state with States.QueryEvaluationError.
 */
const maximumDepth = 1_000;
export const tooDeep = `nested deeper than ${maximumDepth} levels`;

/** Whether a JSON text is nested too deep. Looks at the text, since whatever walks through the value could overflow the stack. */
export function isTooDeep(json: string): boolean {
  if (json.length <= 2 * maximumDepth) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inString && character === "\\") at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") depth -= 1;
    if (depth > maximumDepth) return true;
  }
  return false;
}

const oversize = (who: string, what: string): Problem => ({
  error: "States.DataLimitExceeded",
  cause: `The state/task '${who}' ${what} with a size exceeding the maximum number of bytes service limit.`,
});

const bytesOf = (variables: Record<string, string>): number =>
  sum(Object.entries(variables).flatMap(([name, text]) => [Buffer.byteLength(name), Buffer.byteLength(text)]));
const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
