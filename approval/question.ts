import * as v from "valibot";
import type { Decision } from "../stateMachine/calls.ts";

const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/, "a commit is 40 hex digits"));
const execution = v.pipe(
  v.string(),
  v.regex(/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:execution:[\w-]+:[\w-]{1,80}$/, "not the ARN of an execution"),
);

/** The name of an execution; with it the question is found. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const executionName = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,80}$/, "not the name of an execution"));

/** What an environment runs, as far as an operator is shown it. */
export const running = v.object({ taskDefinition: v.string(), release: v.string(), commit, sequence: v.number() });
export type Running = v.InferOutput<typeof running>;

/** What the operators are asked: an `AskCall` without its task token, with only what is shown or decided by. */
export const question = v.object({
  execution,
  name: executionName,
  candidate: v.object({
    image: v.string(),
    commit,
    ref: v.string(),
    author: v.string(),
    message: v.exactOptional(v.string()),
    pullRequest: v.exactOptional(v.pipe(v.number(), v.integer())),
    sequence: v.pipe(v.number(), v.integer()),
  }),
  base: v.nullable(running),
  evidence: v.exactOptional(v.nullable(execution)),
  requestedBy: v.string(),
  expiresAt: v.pipe(
    v.string(),
    v.check((at) => Number.isFinite(Date.parse(at)), "not a time"),
  ),
});
export type Question = v.InferOutput<typeof question>;

const decision = v.object({
  decision: v.picklist(["approved", "rejected", "superseded"]),
  by: v.string(),
  at: v.string(),
  reason: v.string(),
  base: v.string(),
}) satisfies v.GenericSchema<unknown, Decision>;

/** The ledger's item `approval#<execution name>`. */
export const asked = v.object({
  question,
  /** A credential of the waiting execution: it goes to SendTaskSuccess and nowhere else. */
  taskToken: v.string(),
  /** `<SHA-256 of a link's token, hex> <approver>`, one for every link that was sent. */
  links: v.set(v.string()),
  decision: v.exactOptional(decision),
  /** Absent until the decision was sent. `false`: nobody waited for it any more. */
  delivered: v.exactOptional(v.boolean()),
});
export type Asked = v.InferOutput<typeof asked>;
