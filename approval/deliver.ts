import { SendTaskSuccessCommand, type SFNClient } from "@aws-sdk/client-sfn";
import type { Decision } from "../stateMachine/calls.ts";
import type { Asked } from "./question.ts";
import type { Questions } from "./questions.ts";
import { short } from "./text.ts";
import { report } from "./trouble.ts";

/** What became of a stored decision: whether the execution took it, and the older questions that this closed. */
export interface Delivery {
  asked: Asked;
  superseded: string[];
}

/**
 * Brings a stored decision to the execution that waits for it, once, and after an approval answers the older open
 * questions with `superseded`. Throws when AWS has trouble with the decision itself; calling it again goes on where it stopped.
 */
export async function deliver(asked: Asked, ledger: Questions, sfn: SFNClient): Promise<Delivery> {
  const delivered = asked.delivered ?? (await send(asked, ledger, sfn));
  const approval = asked.decision?.decision === "approved" ? asked.decision : undefined;
  const superseded = delivered && approval ? await supersede(asked, approval, ledger, sfn) : [];
  return { asked: { ...asked, delivered }, superseded };
}

/** An older question that can't be closed now stays on the list: the next approval closes it, and the gate refuses what is older anyway. */
async function supersede(asked: Asked, approval: Decision, ledger: Questions, sfn: SFNClient): Promise<string[]> {
  const superseded: string[] = [];
  try {
    for (const name of await ledger.olderThan(asked.question.candidate.sequence)) {
      const older = await ledger.decide(name, supersededBy(asked, approval));
      if (older?.decision?.decision !== "superseded" || older.delivered !== undefined) continue;
      await send(older, ledger, sfn);
      superseded.push(name);
    }
  } catch (error) {
    report(asked.question, "the older questions could not all be closed", error);
  }
  return superseded;
}

async function send(asked: Asked, ledger: Questions, sfn: SFNClient): Promise<boolean> {
  const delivered = await sendTaskSuccess(asked, sfn);
  await ledger.settle(asked, delivered);
  return delivered;
}

/** False if nobody waits for this token any more. */
async function sendTaskSuccess({ taskToken, decision }: Asked, sfn: SFNClient): Promise<boolean> {
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(decision) }));
    return true;
  } catch (error) {
    if (error instanceof Error && over.has(error.name)) return false;
    throw error;
  }
}

/**
 * A token that was used, timed out or whose execution ended; or one that Step Functions never gave.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
const over = new Set(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"]);

const supersededBy = ({ question }: Asked, { by, at, base }: Decision): Decision => ({
  decision: "superseded",
  by,
  at,
  reason: `${by} approved the newer ${short(question.candidate.commit)} (build ${question.candidate.sequence})`,
  base,
});
