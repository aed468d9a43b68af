import { DescribeExecutionCommand, SendTaskSuccessCommand, type SFNClient } from "@aws-sdk/client-sfn";
import type { ApprovalItem, Question } from "../contract/question.ts";
import type { ReleaseEnd } from "./types.ts";

/** The executions that ask. Throws what Step Functions throws. */
export function openReleases(sfn: SFNClient) {
  return {
    /** How the release that asked ended; undefined while it runs. `now`: milliseconds since 1970. */
    async findEnd({ execution, startedAt }: Question, now: number): Promise<ReleaseEnd | undefined> {
      try {
        const found = await sfn.send(new DescribeExecutionCommand({ executionArn: execution }));
        // Another start of the same name, which AWS allows after 90 days; the times of one start may differ by how they are rounded.
        if (Math.abs((found.startDate?.getTime() ?? 0) - Date.parse(startedAt)) > day) return { status: "GONE" };
        const status = ends.find((end) => end === found.status);
        return status && { status, ...(found.stopDate ? { stoppedAt: found.stopDate.getTime() } : {}) };
      } catch (error) {
        if (!(error instanceof Error && error.name === "ExecutionDoesNotExist")) throw error;
        // What DescribeExecution shows is eventually consistent: it may not know a release that has just begun.
        return now - Date.parse(startedAt) > young ? { status: "GONE" } : undefined;
      }
    },

    /** Wakes the release with its decision. False if nobody waits for this token any more. */
    async sendDecision({ taskToken, decision }: ApprovalItem): Promise<boolean> {
      try {
        await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(decision) }));
        return true;
      } catch (error) {
        if (error instanceof Error && closed.has(error.name)) return false;
        throw error;
      }
    },
  };
}
export type Releases = ReturnType<typeof openReleases>;

const ends = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;
const day = 24 * 3_600_000;
const young = 5 * 60_000;

/**
 * A token that was used, timed out or whose execution ended; or one that Step Functions never gave.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
const closed = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);
