import type { Action, Input, Output } from "./operations.ts";

/** One call that a plan wants made, plain JSON in the shape of AWS's API. */
export type PlannedCall<A extends Action = Action> = { [K in A]: { action: K; input: Input<K> } }[A];

/** What came of it; plain JSON too, so that an explorer can keep and fork it. `name` is AWS's error code. */
export type Reply = { output: unknown } | { error: { name: string; message: string } };

/** A runbook: yields the calls it wants made, gets their replies, returns its answer. It touches nothing but its arguments. */
export type Plan<Answer> = Generator<PlannedCall, Answer, Reply>;

/** The next call to make, or the answer. */
export type NextStep<Answer> = { request: PlannedCall } | { answer: Answer };

/**
 * Decides what comes next from all replies so far, by replaying the plan: pure, and as forkable as `replies`.
 * Throws the plan's own errors, and AWS's that no plan expects, under AWS's name.
 */
export function nextStep<Answer>(plan: Plan<Answer>, replies: readonly Reply[]): NextStep<Answer> {
  let step = plan.next();
  for (const reply of replies) {
    if (step.done) throw new Error("deployment: there are more replies than the plan wanted");
    step = plan.next(reply);
  }
  return step.done ? { answer: step.value } : { request: step.value };
}

/** Makes one call from within a plan: `const { services } = yield* request("DescribeServices", {…})`. */
export function* request<A extends Action>(action: A, input: Input<A>): Plan<Output<A>> {
  const call: PlannedCall<A> = { action, input };
  const reply = yield call as PlannedCall;
  if ("error" in reply) throw new CallError(action, reply.error);
  return reply.output as Output<A>;
}

/** A call failed. Keeps AWS's error code as its name: Step Functions retries and catches by it. */
export class CallError extends Error {
  /** As the other side worded it. */
  readonly words: string;

  constructor(action: Action, { name, message }: { name: string; message: string }) {
    super(`${action}: ${message}`);
    this.name = name;
    this.words = message;
  }
}

/** Whether AWS answered with one of these error codes. */
export const isNamed = (error: unknown, ...names: string[]): error is CallError =>
  error instanceof CallError && names.includes(error.name);
