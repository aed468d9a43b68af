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

export interface ScaledClockArgs {
  speed: number;
  /** Cloud time at the start, milliseconds since 1970. */
  startAt?: number;
}

/**
 * A clock that runs `speed` times as fast as the wall's, but not while real work is under way: so a rehearsal hurries through waits
 * and ECS's own durations, and still gives a boot or a request the time that it takes.
 */
export function scaledClock({ speed, startAt = Date.now() }: ScaledClockArgs): ScaledClock {
  const alarms = new Alarms();
  let pace = speed;
  let cloud = startAt;
  let wall = performance.now();
  let working = 0;
  let timer: NodeJS.Timeout | undefined;

  const rate = () => (working > 0 ? 1 : pace);
  const now = () => cloud + (performance.now() - wall) * rate();
  const settle = () => {
    cloud = now();
    wall = performance.now();
  };
  const wakeNext = () => {
    clearTimeout(timer);
    const next = alarms.next();
    if (next === undefined) return;
    // Node's longest timer is 2^31 - 1 ms; waking early only sets the next one.
    timer = setTimeout(ring, Math.min(Math.max(0, (next - now()) / rate()), 2 ** 31 - 1));
  };
  const ring = () => {
    alarms.ring(now());
    wakeNext();
  };
  const change = (by: 1 | -1) => {
    const before = rate();
    settle();
    working += by;
    if (rate() !== before) wakeNext();
  };
  const at = (time: number, wake: () => void) => {
    const cancel = alarms.set(time, wake);
    wakeNext();
    return cancel;
  };
  return {
    now: () => Math.floor(now()),
    at,
    sleep: (milliseconds) => new Promise((resolve) => void at(now() + milliseconds, resolve)),
    async during(work) {
      change(1);
      try {
        return await work();
      } finally {
        change(-1);
      }
    },
    setSpeed(next) {
      settle();
      pace = next;
      wakeNext();
    },
    close() {
      clearTimeout(timer);
      alarms.clear();
    },
  };
}

/** A clock for tests: real work takes no time at all, and time jumps to the next alarm when none is under way. */
export function virtualClock(startAt = Date.UTC(2026, 10, 23, 10)): Clock {
  const alarms = new Alarms();
  let now = startAt;
  let working = 0;
  let scheduled = false;

  const jump = () => {
    scheduled = false;
    const next = alarms.next();
    if (working > 0 || next === undefined) return;
    now = Math.max(now, next);
    alarms.ring(now);
    schedule();
  };
  // A macrotask later, so that whatever was just woken has begun its work.
  const schedule = () => {
    if (scheduled || working > 0) return;
    scheduled = true;
    setImmediate(jump);
  };
  const at = (time: number, wake: () => void) => {
    const cancel = alarms.set(time, wake);
    schedule();
    return cancel;
  };
  return {
    now: () => now,
    at,
    sleep: (milliseconds) => new Promise((resolve) => void at(now + milliseconds, resolve)),
    async during(work) {
      working += 1;
      try {
        return await work();
      } finally {
        working -= 1;
        schedule();
      }
    },
  };
}

/** What is to be called when; equal times in the order in which they were set. */
class Alarms {
  readonly #alarms = new Set<{ at: number; wake: () => void }>();

  set(at: number, wake: () => void): () => void {
    const alarm = { at, wake };
    this.#alarms.add(alarm);
    return () => void this.#alarms.delete(alarm);
  }

  /** Time of the earliest one. */
  next(): number | undefined {
    let earliest: number | undefined;
    for (const { at } of this.#alarms) if (earliest === undefined || at < earliest) earliest = at;
    return earliest;
  }

  /** Calls and forgets those whose time has come. */
  ring(now: number): void {
    const due = [...this.#alarms].filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
    for (const alarm of due) if (this.#alarms.delete(alarm)) alarm.wake();
  }

  clear(): void {
    this.#alarms.clear();
  }
}
