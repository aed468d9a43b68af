/** Time as an argument. Milliseconds since 1970, cloud time. */
export interface Clock {
  now(): number;
  /** Calls `wake` once when cloud time has reached `at`; the returned function cancels. */
  at(at: number, wake: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  /** Real work (HTTP, a boot, a Lambda): while any is under way, waits don't run faster than the work does. */
  during<T>(work: () => Promise<T>): Promise<T>;
}
