import type { Clock } from "../../smoke/clock.ts";

/** Virtual time: it moves to the next sleeper only when nobody works. */
export interface SmokeTime extends Clock {
  during<T>(work: () => Promise<T>): Promise<T>;
}

export function smokeTime(start = Date.parse("2026-11-23T10:15:00Z")): SmokeTime {
  let now = start;
  let busy = 0;
  let sleepers: { at: number; wake: () => void }[] = [];

  function idle(): void {
    // Two turns of the event loop: whoever has just been woken gets to its next wait or work first.
    setImmediate(() => setImmediate(() => busy === 0 && move()));
  }

  function move(): void {
    const next = Math.min(...sleepers.map(({ at }) => at));
    if (next === Number.POSITIVE_INFINITY) return;
    now = Math.max(now, next);
    const due = sleepers.filter(({ at }) => at <= now);
    sleepers = sleepers.filter(({ at }) => at > now);
    for (const { wake } of due) wake();
    idle();
  }

  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        sleepers.push({ at: now + milliseconds, wake });
        idle();
      }),
    async during(work) {
      busy++;
      try {
        return await work();
      } finally {
        busy--;
        idle();
      }
    },
  };
}
