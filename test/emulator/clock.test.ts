import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { scaledClock, virtualClock } from "../../emulator/clock.ts";

/** Work that takes its time: at the speeds here hours of cloud time would have passed meanwhile. */
const realWork = () => promisify(execFile)(process.execPath, ["--version"]);

test("virtual time jumps from alarm to alarm, in their order, and stands still while real work is under way", async () => {
  const clock = virtualClock(0);
  const seen: string[] = [];
  const at = (time: number, what: string) => clock.at(time, () => seen.push(`${what} ${clock.now()}`));
  at(3_600_000, "hour");
  at(1_000, "second");
  at(1_000, "other second");
  at(2_000, "cancelled")();
  await clock.during(async () => {
    await realWork();
    seen.push(`worked ${clock.now()}`);
  });
  await clock.sleep(7_200_000);
  expect(seen).toEqual(["worked 0", "second 1000", "other second 1000", "hour 3600000"]);
});

test("a fast clock hurries through waits, but not while real work is under way", async () => {
  const clock = scaledClock(1_000_000);
  const seen: string[] = [];
  const work = Promise.withResolvers<void>();
  const working = clock.during(() => work.promise);
  const begun = clock.now();
  const hour = clock.sleep(3_600_000).then(() => seen.push("an hour"));
  await realWork();
  seen.push("worked");
  expect(clock.now() - begun).toBeLessThan(3_600_000);
  work.resolve();
  await working;
  await hour;
  expect(seen).toEqual(["worked", "an hour"]);
  expect(clock.now() - begun).toBeGreaterThanOrEqual(3_600_000);
  clock.close();
});

test("a clock that is slowed down keeps the time that has passed, and a closed one calls nobody", async () => {
  const clock = scaledClock(1_000_000);
  const begun = clock.now();
  await clock.sleep(3_600_000);
  clock.setSpeed(1);
  const then = clock.now();
  expect(then - begun).toBeGreaterThanOrEqual(3_600_000);
  let called = false;
  clock.at(clock.now() + 1, () => {
    called = true;
  });
  clock.close();
  await realWork();
  expect(called).toBe(false);
  expect(clock.now() - then).toBeLessThan(3_600_000);
});
