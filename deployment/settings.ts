import * as v from "valibot";
import { Failure } from "./failure.ts";

const schema = v.object({
  /** Name of the environment's ledger table. */
  LEDGER: v.pipe(v.string(), v.nonEmpty()),
  /** Name or ARN of the cluster. */
  CLUSTER: v.pipe(v.string(), v.nonEmpty()),
  /** Name of the ECS service. */
  SERVICE: v.pipe(v.string(), v.nonEmpty()),
  /** Task definition family that releases are registered in. */
  FAMILY: v.pipe(v.string(), v.nonEmpty()),
  /** Desired count, used only while the service's is 0: the first release brings the tasks. */
  TASKS: v.pipe(v.string(), v.regex(/^[1-9]\d*$/), v.transform(Number)),
});

export type Settings = v.InferOutput<typeof schema>;

/** Reads the function's environment variables. Throws one InvalidCall that names every variable that is missing or wrong. */
export function settings(env: Record<string, string | undefined>): Settings {
  const { success, output, issues } = v.safeParse(schema, env);
  if (success) return output;
  const wrong = issues.map((issue) => `${v.getDotPath(issue)} must be ${wants(issue)}, not ${issue.received}`);
  throw new Failure("InvalidCall", `environment variables: ${wrong.join("; ")}`);
}

function wants(issue: v.BaseIssue<unknown>): string {
  return v.getDotPath(issue) === "TASKS" ? "a whole number from 1" : "set";
}
