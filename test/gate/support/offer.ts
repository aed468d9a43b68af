import { type Candidate, digestOf } from "../../../contract/candidate.ts";
import { quarantineId } from "../../../contract/ledger.ts";
import type { ExecutionStory } from "./aws.ts";
import { executionOf } from "./builds.ts";
import type { Gate } from "./world.ts";

/** Dev's execution of a candidate; usually it released it, a minute ago. Answers the input with which it is offered to live. */
export function offer(gate: Gate, candidate: Candidate, more: Partial<ExecutionStory> = {}) {
  const executionArn = executionOf("dev-release", `main-${candidate.commit.slice(0, 7)}`);
  gate.aws.executions.set(executionArn, {
    status: "SUCCEEDED",
    startedAt: gate.now() - 20 * 60_000,
    stoppedAt: gate.now() - 60_000,
    input: { candidate, requestedBy: "github" },
    output: { ended: "Released", digest: digestOf(candidate.image) },
    ...more,
  });
  return { candidate, requestedBy: "shop-dev-release", evidence: { executionArn } };
}

/** The image is kept out of dev or live under a template, by default one of dev's. */
export function quarantine(
  gate: Gate,
  { image }: Candidate,
  { environment = "dev", template = "arn:dev-template:3", by = "smoke", minutesAgo = 0 } = {},
): void {
  const at = new Date(gate.now() - minutesAgo * 60_000).toISOString();
  const entry = { by, reason: "orders.list answered 503", execution: "arn", at };
  gate.aws.put(`shop-${environment}-ledger`, { id: quarantineId(digestOf(image)), [template]: entry });
}
