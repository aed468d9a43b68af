import * as v from "valibot";
import { AwsError } from "../awsError.ts";
import type { Clock } from "../clock.ts";
import { taking } from "./taking.ts";

/** A line of a log, by its wire names; cloud milliseconds since 1970. */
interface LogEvent {
  timestamp: number;
  message: string;
  ingestionTime: number;
}

/** Of a stream the last lines are kept, each cut to a length. */
const mostLines = 1_000;
const longestLine = 10_000;

/** CloudWatch Logs, as far as tasks write and the project reads: group → stream → lines. */
export function createLogs(clock: Pick<Clock, "now">, groups: readonly string[]) {
  const logs: Record<string, Record<string, LogEvent[]>> = Object.fromEntries(groups.map((group) => [group, {}]));
  return {
    /** Opens a stream, and takes what is written to it in pieces of any length. Of a group that doesn't exist nothing is kept. */
    open(group: string, stream: string): (text: string) => void {
      const lines: LogEvent[] = [];
      if (logs[group]) logs[group][stream] = lines;
      let begun: LogEvent | undefined;
      return (text) => {
        const now = clock.now();
        for (const [at, piece] of text.split("\n").entries()) {
          if (at > 0) begun = undefined;
          if (piece === "") continue;
          if (!begun) {
            begun = { timestamp: now, message: "", ingestionTime: now };
            lines.push(begun);
          }
          begun.message = (begun.message + piece).slice(0, longestLine).replace(/\r$/, "");
        }
        lines.splice(0, lines.length - mostLines);
      };
    },

    /** The latest lines, or the first, in order of time: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
    GetLogEvents: taking(
      {
        logGroupName: v.string(),
        logStreamName: v.string(),
        limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1, atLeast), v.maxValue(10_000, atMost)), 10_000),
        startFromHead: v.optional(v.boolean(), false),
      },
      ({ logGroupName, logStreamName, limit, startFromHead }) => {
        const streams = logs[logGroupName];
        if (!streams) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
        const lines = streams[logStreamName];
        if (!lines) throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
        return { events: startFromHead ? lines.slice(0, limit) : lines.slice(-limit) };
      },
      "InvalidParameterException",
    ),
  };
}

const atLeast = "Member must have value greater than or equal to 1";
const atMost = "Member must have value less than or equal to 10000";
