/** Milliseconds. */
export const minute = 60_000;

/** Seconds until the next call, by the milliseconds since it began: the longest wait must not fill an execution's history. */
export function pauseAfter(age: number): number {
  if (age < 5 * minute) return 5;
  return age < 30 * minute ? 15 : 60;
}
