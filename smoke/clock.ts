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
