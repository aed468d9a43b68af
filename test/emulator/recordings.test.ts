import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Definition, Json } from "../../emulator/asl/definition.ts";
import { validate } from "../../emulator/asl/validate.ts";
import { type Answer, play } from "../support/asl.ts";

/** An execution recorded on AWS, with ARNs, ids and times masked, and JSON objects within strings already parsed. */
interface Recording {
  name: string;
  definition: Definition;
  input: Json;
  tasks: ({ output: Json } | { event: string; error?: string; cause?: Json })[];
  events: Record<string, Json>[];
}

const file = process.env.ASL_RECORDINGS;

describe("executions recorded on AWS", () => {
  if (file === undefined) {
    test("no recordings were given: name their file in ASL_RECORDINGS", () => {
      expect(file).toBeUndefined();
    });
    return;
  }
  const recordings: Recording[] = JSON.parse(readFileSync(file, "utf8"));
  test.each(recordings)("$name", async (recording) => {
    const { definition, events } = recording;
    expect(validate(definition)).toEqual([]);
    const aborted = events.at(-1)?.type === "ExecutionAborted";
    const { history } = await play(definition, {
      input: replayable(recording),
      answers: answers(recording),
      ...(aborted && { abortAfter: 0 }),
    });
    const played = history.map(comparable);
    expect(played).toEqual(events.map((event, position) => unmasked(comparable(event), played[position])));
  });
});

/** A time in the input is masked; where AWS took it, it was a valid one. */
function replayable({ input, events }: Recording): Json {
  if (events.some(({ type }) => type === "EvaluationFailed")) return input;
  return JSON.parse(JSON.stringify(input).replaceAll(/"<?(date|timestamp)>?"/g, '"2016-12-05T21:29:29Z"'));
}

/** The n-th attempt's outcome; one that was submitted first waits for its token. */
function answers({ tasks, events }: Recording): Answer[] {
  const attempts: Answer[] = tasks.map((task) => {
    if ("output" in task) return task;
    if (task.event.endsWith("TimedOut")) return { silence: true };
    const cause = typeof task.cause === "object" ? JSON.stringify(task.cause) : task.cause;
    return {
      ...(task.error !== undefined && { error: task.error }),
      ...(cause !== undefined && { cause: String(cause) }),
    };
  });
  let attempt = -1;
  for (const event of events) {
    if (event.type === "TaskScheduled") attempt += 1;
    const { output } = Object(event.taskSubmittedEventDetails) as { output?: Json };
    const token = attempts[attempt];
    if (output !== undefined && token) attempts[attempt] = { submitted: output, token };
  }
  return attempts;
}

/** Without what belongs to the account, and with JSON texts parsed as the recordings have it. */
function comparable(event: object): Record<string, unknown> {
  const details = Object.entries(event).map(([name, value]) => {
    if (!name.endsWith("EventDetails")) return [name, value];
    const { roleArn, region, ...shared } = Object(value) as Record<string, unknown>;
    return [name, parsed(shared)];
  });
  return { ...Object.fromEntries(details), timestamp: "timestamp" };
}

/** The recordings have parsed strings that hold a JSON object, and have sorted the definition's keys: so parse, arrays too. */
function parsed(value: unknown): unknown {
  if (typeof value === "string" && /^[{[]/.test(value)) {
    try {
      return parsed(JSON.parse(value));
    } catch {
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(parsed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, parsed(inner)]));
}

/** What was recorded, with the played value wherever a mask allows it. */
function unmasked(recorded: unknown, played: unknown): unknown {
  if (typeof recorded === "string") return fits(recorded, played) ? played : recorded;
  if (Array.isArray(recorded)) {
    return recorded.map((value, position) => unmasked(value, Array.isArray(played) ? played[position] : undefined));
  }
  if (recorded === null || typeof recorded !== "object") return recorded;
  const others = Object(played) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name, unmasked(value, others[name])]));
}

function fits(recorded: string, played: unknown): boolean {
  if (typeof played !== "string") return false;
  // A time that the input masks still stands in the clear in some causes.
  if (recorded.replace(/\d[\d-]+[T ][\d:.]+Z?$/, "timestamp") === played) return true;
  if (/^"?<?(date|timestamp|start-time|entered-time)>?"?$/.test(recorded))
    return !Number.isNaN(Date.parse(played.replaceAll('"', "")));
  const mask = recorded.split(/<[^>]*>/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${mask.join('[^"]*')}$`).test(played);
}
