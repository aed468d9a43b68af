import { DescribeExecutionCommand, type SFNClient } from "@aws-sdk/client-sfn";
import type { Announcement, EnvironmentItem, Good } from "../contract/ledger.ts";
import type { WaitingRevision } from "./revision.ts";

/** Who waits for admission. */
export type Subject =
  /** Announced under the lock as it is held now; it counts only while its execution runs. */
  | { kind: "candidate"; announcement: Announcement }
  /** Is or was last-known-good: a way back. `announcer`: the lock's holder, where that execution announced it. */
  | { kind: "good"; good: Good; isLast: boolean; announcer?: string }
  /** The service's own creation: no task runs, nobody uses it, nothing could be smoked. */
  | { kind: "creation" }
  | { kind: "stranger"; why: string };

export interface RecogniseArgs {
  revision: WaitingRevision;
  environment: EnvironmentItem;
  /** ARN of the template, with revision: another of its family may hold anything. */
  template: string;
}

/** Positive: whoever is neither good, announced by the lock's holder nor the template at the service's creation is a stranger. */
export function recognise({ revision, environment, template }: RecogniseArgs): Subject {
  const { taskDefinition, isFirst } = revision;
  const { good, previous, deploying } = environment;
  const announced = checkAnnouncement(taskDefinition, environment);

  const back = [good, previous].find((one) => one?.taskDefinition === taskDefinition);
  if (back) {
    const announcer = "why" in announced ? {} : { announcer: announced.execution };
    return { kind: "good", good: back, isLast: back === good, ...announcer };
  }
  if (!("why" in announced)) return { kind: "candidate", announcement: announced };
  if (isFirst && !good && !deploying && taskDefinition === template) return { kind: "creation" };
  return { kind: "stranger", why: announced.why };
}

/** The ledger's announcement where it stands for the task definition, else why it does not. */
function checkAnnouncement(taskDefinition: string, environment: EnvironmentItem): Announcement | { why: string } {
  const { good, deploying, holder, fence } = environment;
  if (deploying?.taskDefinition !== taskDefinition) {
    const other = deploying ? `announced is ${deploying.taskDefinition}` : "no release is announced";
    const history = good ? "" : "; nothing was good here yet";
    return { why: `nobody announced ${taskDefinition} (${other}${history}): deploy through the release machine` };
  }
  const { execution } = deploying;
  if (holder === undefined) return { why: `${execution} announced it and no longer holds the lock, which is free` };
  if (holder !== execution)
    return { why: `${execution} announced it and does not hold the lock, which ${holder} holds` };
  if (deploying.fence !== fence)
    return {
      why: `${execution} announced it under fence ${deploying.fence}; the lock has been taken again since, its fence is ${fence}`,
    };
  return deploying;
}

/** Why an execution's announcement does not count; undefined while it runs. Throws if Step Functions can't say. */
export async function explainEnd(sfn: SFNClient, execution: string): Promise<string | undefined> {
  try {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn: execution }));
    return status === "RUNNING" ? undefined : `${execution} announced it and does not run: it is ${status}`;
  } catch (error) {
    if (error instanceof Error && error.name === "ExecutionDoesNotExist")
      return `${execution} announced it and does not exist`;
    throw new Error(`whether ${execution}, which announced it, runs can't be found out`, { cause: error });
  }
}
