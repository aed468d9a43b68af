import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";

/** An execution as far as the gate asks after one. */
export type Described =
  | {
      /** `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT`, `ABORTED`, `PENDING_REDRIVE`. */
      status: string;
      machine: string;
      redrives: number;
      /** Parsed; undefined where it isn't JSON. */
      input: unknown;
      output: unknown;
      /** Milliseconds since 1970; undefined while it runs. */
      stoppedAt: number | undefined;
    }
  /** There is no such execution, or no longer: AWS keeps histories for 90 days. */
  | "unknown";

/** Step Functions as the gate uses it. Throws what Step Functions throws. */
export function openExecutions(sfn: SFNClient) {
  return {
    async describe(executionArn: string): Promise<Described> {
      try {
        const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return {
          status: found.status ?? "RUNNING",
          machine: found.stateMachineArn ?? "",
          redrives: found.redriveCount ?? 0,
          input: parse(found.input),
          output: parse(found.output),
          stoppedAt: found.stopDate?.getTime(),
        };
      } catch (error) {
        if (isNamed(error, "ExecutionDoesNotExist", "InvalidArn")) return "unknown";
        throw error;
      }
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

/** Whether it is over for certain. */
export const isOver = (described: Described): boolean =>
  described !== "unknown" && ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"].includes(described.status);

export const isRunning = (described: Described): boolean => described !== "unknown" && !isOver(described);

export const isNamed = (error: unknown, ...names: string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
