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
    const due = next();
    if (due === undefined) return;
    // Node's longest timer is 2^31 - 1 ms; waking early only sets the next one.
    const wait = Math.min(Math.max(0, (due - now()) / rate()), 2 ** 31 - 1);
    timer = setTimeout(() => change(() => ring(now())), wait);
  };
  const change = (how: () => void) => {
    // What has passed so far has passed at the rate so far.
    cloud = now();
    wall = performance.now();
    how();
    wakeNext();
  };
  const { clock, isWorking, next, ring, clear } = clockOf(() => Math.floor(now()), change);
  return {
    ...clock,
    setSpeed: (cloudSeconds) =>
      change(() => {
        pace = cloudSeconds;
      }),
    close: () => change(clear),
  };
}

/** A clock for tests: real work takes no time at all, and time jumps to the next alarm when none is under way. */
export function virtualClock(startAt = Date.UTC(2026, 10, 23, 10)): Clock {
  let now = startAt;
  let scheduled = false;

  const jump = () => {
    scheduled = false;
    const due = next();
    if (isWorking() || due === undefined) return;
    now = Math.max(now, due);
    change(() => ring(now));
  };
  const change = (how: () => void) => {
    how();
    if (scheduled || isWorking()) return;
    scheduled = true;
    // A macrotask later, so that whatever was just woken has begun its work.
    setImmediate(jump);
  };
  const { clock, isWorking, next, ring } = clockOf(() => now, change);
  return clock;
}

/** A clock by its time, and by what goes with each change of its alarms or of the real work that is under way. */
function clockOf(now: () => number, change: (how: () => void) => void) {
  const alarms = new Set<{ at: number; wake: () => void }>();
  let working = 0;
  const at: Clock["at"] = (time, wake) => {
    const alarm = { at: time, wake };
    change(() => alarms.add(alarm));
    return () => void alarms.delete(alarm);
  };
  const clock: Clock = {
    now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => void at(now() + milliseconds, resolve)),
    async during(work) {
      change(() => void working++);
      try {
        return await work();
      } finally {
        change(() => void working--);
      }
    },
  };
  return {
    clock,
    isWorking: () => working > 0,
    /** Time of the earliest alarm. */
    next() {
      let earliest: number | undefined;
      for (const { at } of alarms) if (earliest === undefined || at < earliest) earliest = at;
      return earliest;
    },
    /** Calls and forgets the alarms whose time has come, by their time; those of one time in the order in which they were set. */
    ring(now: number) {
      const due = [...alarms].filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
      for (const alarm of due) if (alarms.delete(alarm)) alarm.wake();
    },
    clear: () => alarms.clear(),
  };
}
