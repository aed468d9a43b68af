/** Time as an argument. Milliseconds since 1970, cloud time. */
export interface Clock {
  now(): number;
  /** Calls `wake` once when cloud time has reached `at`; the returned function cancels. */
  at(at: number, wake: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  /** Real work (HTTP, a boot, a Lambda): while any is under way, waits don't run faster than the work does. */
  during<T>(work: () => Promise<T>): Promise<T>;
}

/** A {@link Clock} whose speed can be changed: cloud seconds per real second while nothing but time passes. */
export interface ScaledClock extends Clock {
  setSpeed(speed: number): void;
  close(): void;
}

/**
 * A clock that runs `speed` times as fast as the wall's, but not while real work is under way: so a rehearsal hurries through waits
 * and ECS's own durations, and still gives a boot or a request the time that it takes.
 */
export function scaledClock(speed: number): ScaledClock {
  let pace = speed;
  let cloud = Date.now();
  let wall = performance.now();
  let timer: NodeJS.Timeout | undefined;

  const rate = () => (isWorking() ? 1 : pace);
  const now = () => cloud + (performance.now() - wall) * rate();
  const wakeNext = () => {
    clearTimeout(timer);
    const next = alarms.next();
    if (next === undefined) return;
    const ring = () => change(() => alarms.ring(now()));
    // Node's longest timer is 2^31 - 1 ms; waking early only sets the next one.
    timer = setTimeout(ring, Math.min(Math.max(0, (next - now()) / rate()), 2 ** 31 - 1));
  };
  const change = (how: () => void) => {
    // What has passed so far has passed at the rate so far.
    cloud = now();
    wall = performance.now();
    how();
    wakeNext();
  };
  const { clock, alarms, isWorking } = clockOf(() => Math.floor(now()), change);
  return {
    ...clock,
    setSpeed: (next) =>
      change(() => {
        pace = next;
      }),
    close: () => change(alarms.clear),
  };
}

/** A clock for tests: real work takes no time at all, and time jumps to the next alarm when none is under way. */
export function virtualClock(startAt = Date.UTC(2026, 10, 23, 10)): Clock {
  let now = startAt;
  let scheduled = false;

  const jump = () => {
    scheduled = false;
    const next = alarms.next();
    if (isWorking() || next === undefined) return;
    now = Math.max(now, next);
    change(() => alarms.ring(now));
  };
  const change = (how: () => void) => {
    how();
    if (scheduled || isWorking()) return;
    scheduled = true;
    // A macrotask later, so that whatever was just woken has begun its work.
    setImmediate(jump);
  };
  const { clock, alarms, isWorking } = clockOf(() => now, change);
  return clock;
}

/** A clock by its time, and by what goes with each change of its alarms or of the real work that is under way. */
function clockOf(now: () => number, change: (how: () => void) => void) {
  const alarms = createAlarms();
  let working = 0;
  const work = (by: 1 | -1) =>
    change(() => {
      working += by;
    });
  const at: Clock["at"] = (time, wake) => {
    let cancel = () => {};
    change(() => {
      cancel = alarms.set(time, wake);
    });
    return cancel;
  };
  const clock: Clock = {
    now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => void at(now() + milliseconds, resolve)),
    async during(doing) {
      work(1);
      try {
        return await doing();
      } finally {
        work(-1);
      }
    },
  };
  return { clock, alarms, isWorking: () => working > 0 };
}

/** What is to be called when; equal times in the order in which they were set. */
function createAlarms() {
  const alarms = new Set<{ at: number; wake: () => void }>();
  return {
    set(at: number, wake: () => void) {
      const alarm = { at, wake };
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    /** Time of the earliest one. */
    next() {
      let earliest: number | undefined;
      for (const { at } of alarms) if (earliest === undefined || at < earliest) earliest = at;
      return earliest;
    },
    /** Calls and forgets those whose time has come. */
    ring(now: number) {
      const due = [...alarms].filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
      for (const alarm of due) if (alarms.delete(alarm)) alarm.wake();
    },
    clear: () => alarms.clear(),
  };
}
