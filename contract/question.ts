import * as v from "valibot";
import { build, commit } from "./candidate.ts";
import { executionArn } from "./execution.ts";
import { good } from "./ledger.ts";

/** What an approver is asked: made by gate/ from evidence and ledger, never from what the starter says, but for `requestedBy`. */
export const question = v.object({
  /** ARN of the release that waits. */
  execution: executionArn,
  /** Its start; with the ARN it names one execution, for names may be used again after 90 days. */
  startedAt: v.string(),
  requestedBy: v.string(),
  build,
  /** ARN of the execution that found it green; `null` for a redeploy of what is good here, whose facts come from the ledger. */
  evidence: v.nullable(executionArn),
  /** What the environment runs; `null` before the first release. */
  base: v.nullable(good),
  /** A hotfix that live must keep, and how it is known that the candidate has it. */
  hotfix: v.exactOptional(v.object({ commit, knownBy: v.string() })),
  expiresAt: v.string(),
});
export type Question = v.InferOutput<typeof question>;

export const decision = v.object({
  decision: v.picklist(["approved", "rejected", "superseded"]),
  by: v.string(),
  at: v.string(),
  reason: v.string(),
  /** `base.taskDefinition` that the approver's page showed; empty before the first release. */
  base: v.string(),
});
export type Decision = v.InferOutput<typeof decision>;

/** Written by approval/. Key `approval#<execution name>`. */
export const approvalItem = v.object({
  question,
  /** A credential of the waiting execution: it goes to SendTaskSuccess and nowhere else. */
  taskToken: v.string(),
  /** `<SHA-256 of a link's token, hex> <approver>`, one for every link that was sent. */
  links: v.set(v.string()),
  decision: v.exactOptional(decision),
  /** Absent until the decision was sent. `false`: nobody waited for it any more. */
  delivered: v.exactOptional(v.boolean()),
});
export type ApprovalItem = v.InferOutput<typeof approvalItem>;
export const approvalId = (executionName: string): string => `approval#${executionName}`;

/** The token only wakes the execution: the decision is what approval/ stored. */
export const askCall = v.object({ taskToken: v.string(), question });
