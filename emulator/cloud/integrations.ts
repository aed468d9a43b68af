import type { TaskEffect } from "../asl/execution.ts";
import { Failure } from "../asl/failure.ts";
import type { Result } from "../functions/result.ts";

type Invoke = (functionArn: string, payload: unknown, caller: string) => Promise<Result>;

// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
const resources = ["arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken"];

/** Whether a machine with this task can run here; the interpreter takes any resource, it is the cloud that refuses. */
export const isIntegrated = (resource: string): boolean => resources.includes(resource);

/** Invokes a task's function with the machine's role. The answer is JSON text, as the state sees it in `$states.result`. */
export const integrated =
  (invoke: Invoke) =>
  async (task: TaskEffect, roleArn: string): Promise<string> => {
    const { FunctionName, Payload } = JSON.parse(task.arguments) as { FunctionName: string; Payload: unknown };
    const result = await invoke(FunctionName, Payload, roleArn);
    if ("payload" in result)
      return JSON.stringify({ ExecutedVersion: "$LATEST", Payload: result.payload ?? null, StatusCode: 200 });
    const { errorType, errorMessage } = result.error;
    // Lambda's own errors come as text, a function's as JSON.
    const cause = errorType.startsWith("Lambda.") ? errorMessage : JSON.stringify(result.error);
    throw new Failure({ error: errorType, cause });
  };
