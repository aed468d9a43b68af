import { AwsError } from "../awsError.ts";
import type { Run, StepFunctions } from "./stepFunctions.ts";

type Input = Record<string, unknown>;

/** Step Functions' API, as far as the project calls it. Dates are epoch seconds, as on the wire. */
export async function statesApi(service: StepFunctions, action: string, input: Input): Promise<object> {
  switch (action) {
    case "StartExecution": {
      const run = await service.startExecution({
        stateMachineArn: text(input, "stateMachineArn"),
        name: text(input, "name"),
        input: typeof input.input === "string" ? input.input : "{}",
      });
      return { executionArn: run.execution.identity.executionArn, startDate: run.execution.startedAt / 1000 };
    }
    case "DescribeExecution":
      return description(runOf(service, text(input, "executionArn")));
    case "GetExecutionHistory": {
      const { history } = runOf(service, text(input, "executionArn"));
      const events = history.map((event) => ({ ...event, timestamp: event.timestamp / 1000 }));
      return { events: input.reverseOrder === true ? events.reverse() : events };
    }
    case "ListExecutions": {
      const machine = text(input, "stateMachineArn");
      const runs = [...service.runs.values()].filter((run) => run.machine.arn === machine);
      return { executions: runs.map(summary).reverse() };
    }
    case "StopExecution": {
      const { execution } = await service.stopExecution(
        text(input, "executionArn"),
        optional(input, "error"),
        optional(input, "cause"),
      );
      return { stopDate: (execution.stoppedAt ?? execution.startedAt) / 1000 };
    }
    case "SendTaskSuccess":
      await service.answerToken(text(input, "taskToken"), { kind: "taskSucceeded", output: text(input, "output") });
      return {};
    case "SendTaskFailure": {
      const error = optional(input, "error");
      const cause = optional(input, "cause");
      await service.answerToken(text(input, "taskToken"), {
        kind: "taskFailed",
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      });
      return {};
    }
    case "SendTaskHeartbeat":
      await service.answerToken(text(input, "taskToken"), { kind: "taskHeartbeat" });
      return {};
    default:
      throw new AwsError("UnknownOperationException", `The embedded cloud's Step Functions doesn't do ${action}`);
  }
}

function runOf(service: StepFunctions, executionArn: string): Run {
  if (!/^arn:[^:]+:states:[^:]*:[^:]*:execution:[^:]+:[^:]+$/.test(executionArn))
    throw new AwsError("InvalidArn", `Invalid Arn: '${executionArn}'`);
  const run = service.runs.get(executionArn);
  if (!run) throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
  return run;
}

const summary = ({ execution, machine }: Run) => ({
  executionArn: execution.identity.executionArn,
  stateMachineArn: machine.arn,
  name: execution.identity.name,
  status: execution.status,
  startDate: execution.startedAt / 1000,
  ...(execution.stoppedAt === undefined ? {} : { stopDate: execution.stoppedAt / 1000 }),
});

const description = (run: Run) => {
  const { input, output, error, cause } = run.execution;
  return {
    ...summary(run),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    redriveCount: 0,
  };
};

function text(input: Input, field: string): string {
  const value = input[field];
  if (typeof value !== "string")
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value at '${field}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

const optional = (input: Input, field: string): string | undefined => {
  const value = input[field];
  return typeof value === "string" ? value : undefined;
};
