import type { Definition } from "../../../../emulator/asl/definition.ts";
import type { TaskEffect } from "../../../../emulator/asl/execution.ts";
import { virtualClock } from "../../../../emulator/clock.ts";
import { createStepFunctions, type StepFunctionsArgs } from "../../../../emulator/cloud/stepFunctions.ts";

const arn = "arn:aws:states:eu-central-1:111111111111:stateMachine:machine";

/** Step Functions with one machine on a virtual clock, and what its tasks have called by now. A call answers `{}`. */
export function openService(
  definition: Definition,
  {
    perform = async () => "{}",
    onEvent = () => {},
  }: { perform?(task: TaskEffect): Promise<string>; onEvent?: StepFunctionsArgs["onEvent"] } = {},
) {
  const clock = virtualClock();
  const calls: { token: string; roleArn: string }[] = [];
  const { startExecution, stopExecution, answerToken } = createStepFunctions({
    clock,
    machines: [{ arn, name: "machine", roleArn: "arn:aws:iam::111111111111:role/machine", definition }],
    async perform(task, roleArn) {
      calls.push({ token: task.token ?? "", roleArn });
      return perform(task);
    },
    seed: "seed",
    onEvent,
  });
  return {
    clock,
    calls,
    start: (name?: string, input = "{}") => startExecution({ stateMachineArn: arn, name, input }),
    stop: stopExecution,
    succeed: (token: string, output = "{}") => answerToken(token, { kind: "taskSucceeded", output }),
    fail: (token: string, error: string) => answerToken(token, { kind: "taskFailed", error }),
    beat: (token: string) => answerToken(token, { kind: "taskHeartbeat" }),
  };
}
