import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";

/** An execution as far as the gate asks after one. */
export interface ExecutionState {
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`, `PENDING_REDRIVE`. */
  status: string;
  redrives: number;
  /** Parsed; undefined where it isn't JSON. */
  input: unknown;
  output: unknown;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Undefined while it runs. */
  stoppedAt: number | undefined;
}

/** Step Functions as the gate uses it. Throws what Step Functions throws. */
export function openExecutions(sfn: SFNClient) {
  /** Undefined where there is no such execution, or no longer: AWS keeps histories for 90 days. */
  const describe = async (executionArn: string): Promise<ExecutionState | undefined> => {
    try {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return {
        status: found.status ?? "RUNNING",
        redrives: found.redriveCount ?? 0,
        input: parse(found.input),
        output: parse(found.output),
        startedAt: found.startDate?.getTime() ?? 0,
        stoppedAt: found.stopDate?.getTime(),
      };
    } catch (error) {
      if (isNamed(error, "ExecutionDoesNotExist", "InvalidArn")) return undefined;
      throw error;
    }
  };
  return {
    describe,

    /** Whether an execution that the ledger names still runs; one whose history is gone doesn't. */
    async isRunning(executionArn: string): Promise<boolean> {
      const state = await describe(executionArn);
      return state !== undefined && !isOver(state);
    },

    /** Starting the same name again is no second start, whether the first still runs or is over. */
    async start(stateMachineArn: string, name: string, input: unknown): Promise<void> {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        if (!isNamed(error, "ExecutionAlreadyExists")) throw error;
      }
    },
  };
}
export type Executions = ReturnType<typeof openExecutions>;

export const isOver = ({ status }: ExecutionState): boolean =>
  ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"].includes(status);

const isNamed = (error: unknown, ...names: string[]): boolean => error instanceof Error && names.includes(error.name);

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
