/** Time as an argument: milliseconds since 1970. A deadline is a time of this clock. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** What the work comes to; throws `<what> took more than … s` once the time is over, and the signal then ends its requests. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const late = clock.sleep(milliseconds).then((): never => {
    end.abort();
    throw new Error(`${what} took more than ${milliseconds / 1000} s`);
  });
  return Promise.race([work(end.signal), late]);
}
