import type { NotReleased } from "../contract/ends.ts";

/** An answer that ends the execution: why a release can't go ahead. */
export interface Refusal {
  next: "close";
  ended: NotReleased;
  why: string;
}

export const close = (ended: NotReleased, why: string): Refusal => ({ next: "close", ended, why });
export const isRefusal = (answer: object): answer is Refusal => "next" in answer && answer.next === "close";
