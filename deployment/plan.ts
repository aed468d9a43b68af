import type { Action, Input, Output } from "./operations.ts";

/** One AWS call that a plan wants made, in the shape of AWS's API (plain JSON). */
export type Request<A extends Action = Action> = { [K in A]: { action: K; input: Input<K> } }[A];

/** What came of it; plain JSON too, so that an explorer can keep and fork it. `name` is AWS's error code. */
export type Reply = { output: unknown } | { error: { name: string; message: string } };

/** A runbook: yields the calls it wants made, gets their replies, returns its answer. It touches nothing but its arguments. */
export type Plan<Answer> = Generator<Request, Answer, Reply>;

/** The next call to make, or the answer. */
export type Next<Answer> = { request: Request } | { answer: Answer };

/**
 * Decides what comes next from all that has been seen so far, by replaying the plan: pure, and as forkable as `seen`.
 * Throws the plan's own errors, and AWS's that no plan expects, under AWS's name.
 */
export function next<Answer>(plan: Plan<Answer>, seen: readonly Reply[]): Next<Answer> {
  let step = plan.next();
  for (const reply of seen) {
    if (step.done) throw new Error("deployment: a reply was seen after the plan had answered");
    step = plan.next(reply);
  }
  return step.done ? { answer: step.value } : { request: step.value };
}

/** Makes one call from within a plan: `const { services } = yield* call("DescribeServices", {…})`. */
export function* call<A extends Action>(action: A, input: Input<A>): Plan<Output<A>> {
  const request: Request<A> = { action, input };
  const reply = yield request as Request;
  if ("error" in reply) throw new AwsRefusal(action, reply.error);
  return reply.output as Output<A>;
}

/** AWS said no. Keeps AWS's error code as its name: Step Functions retries and catches by it. */
class AwsRefusal extends Error {
  constructor(action: Action, { name, message }: { name: string; message: string }) {
    super(`${action}: ${message}`);
    this.name = name;
  }
}
