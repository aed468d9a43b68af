import { expect, test } from "vitest";
import type { Clock } from "../../../emulator/clock.ts";
import { createLogs } from "../../../emulator/cloud/logs.ts";

const stream = { logGroupName: "/ecs/shop", logStreamName: "app/app/1" };

/** A stream, its writer and its reader; each piece is written a second after the one before. */
function open() {
  let now = 0;
  const clock: Pick<Clock, "now"> = { now: () => now };
  const logs = createLogs(clock, ["/ecs/shop"]);
  const write = logs.open("/ecs/shop", "app/app/1");
  return {
    logs,
    write(...pieces: string[]) {
      for (const piece of pieces) {
        now += 1_000;
        write(piece);
      }
    },
    async read(input: object = {}) {
      const { events } = (await logs.GetLogEvents({ ...stream, ...input })) as { events: { message: string }[] };
      return events.map(({ message }) => message);
    },
  };
}

test("pieces of any length become lines, with the time at which they began", async () => {
  const { logs, write, read } = open();
  expect(await read()).toEqual([]);
  write("one\ntw", "o\r\n", "\nthr", "ee");
  expect(await logs.GetLogEvents(stream)).toEqual({
    events: [
      { timestamp: 1_000, message: "one", ingestionTime: 1_000 },
      { timestamp: 1_000, message: "two", ingestionTime: 1_000 },
      { timestamp: 3_000, message: "three", ingestionTime: 3_000 },
    ],
  });
});

test("the last lines are read in their order, or the first", async () => {
  const { write, read } = open();
  write("1\n2\n3\n4\n");
  expect(await read({ limit: 2 })).toEqual(["3", "4"]);
  expect(await read({ limit: 2, startFromHead: true })).toEqual(["1", "2"]);
});

test("of a stream the last 1,000 lines are kept, each of 10,000 characters at most", async () => {
  const { write, read } = open();
  for (let line = 0; line < 1_200; line += 1) write(`line ${line}\n`);
  write("x".repeat(9_000), "x".repeat(9_000));
  const lines = await read();
  expect([lines.length, lines[0], lines.at(-1)?.length]).toEqual([1_000, "line 201", 10_000]);
});

test("what is written to a group that doesn't exist is lost, as the group is", async () => {
  const { logs } = open();
  logs.open("/ecs/gone", "app/app/1")("lost\n");
  await expect(logs.GetLogEvents({ ...stream, logGroupName: "/ecs/gone" })).rejects.toMatchObject({
    code: "ResourceNotFoundException",
  });
});
