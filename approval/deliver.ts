import { nameOf } from "../contract/execution.ts";
import type { ApprovalItem, Decision } from "../contract/question.ts";
import { lineOf, short } from "../contract/text.ts";
import { logTrouble } from "./publish.ts";
import type { Questions } from "./questions.ts";
import type { Releases } from "./releases.ts";
import { findStanding } from "./standing.ts";
import type { Standing } from "./types.ts";

/** What a decision is delivered with. `now`: milliseconds since 1970. */
export interface DeliveryTools {
  questions: Questions;
  releases: Releases;
  now: number;
}

/** How the question stands afterwards, and the names of the older releases whose questions an approval closed. */
export interface Delivery {
  standing: Standing;
  /** Whether it was this call that brought it there. */
  isNews: boolean;
  superseded: string[];
}

/**
 * Brings a stored decision to the release that waits for it, and after an approval closes the older open questions. Throws when AWS
 * has trouble with the decision itself; calling it again goes on where it stopped.
 */
export async function deliver(item: ApprovalItem, tools: DeliveryTools): Promise<Delivery> {
  if (!(await send(item, tools))) return settleUnheard(item, tools);
  const approval = item.decision?.decision === "approved" ? item.decision : undefined;
  const superseded = approval ? await supersedeOlder(item, approval, tools) : [];
  return { standing: { is: "delivered" }, isNews: true, superseded };
}

/** False if nobody waits for the decision any more. That it could not be noted down doesn't make a delivered decision undelivered. */
async function send(item: ApprovalItem, { questions, releases }: DeliveryTools): Promise<boolean> {
  if (!(await releases.sendDecision(item))) return false;
  await questions
    .settle(item, true)
    .catch((error) => logTrouble(item.question, "that its decision was delivered could not be noted down", error));
  return true;
}

/**
 * Nobody waits to be told: because the decision has arrived already, because its release is over, or because its release goes on by
 * what is stored (after a time-out, after a failed attempt to ask).
 */
async function settleUnheard(item: ApprovalItem, tools: DeliveryTools): Promise<Delivery> {
  const { questions, now } = tools;
  const present = (await questions.find(nameOf(item.question.execution))) ?? item;
  const standing = await findStanding(present, now, tools);
  if (standing.is === "uncounted" && present.delivered === undefined) await questions.settle(item, false);
  return {
    standing: standing.is === "stored" ? { ...standing, unheard: true } : standing,
    isNews: false,
    superseded: [],
  };
}

/** An older question that can't be closed now stays on the list: the next approval closes it, and gate/ refuses what is older anyway. */
async function supersedeOlder(item: ApprovalItem, approval: Decision, tools: DeliveryTools): Promise<string[]> {
  const { question } = item;
  try {
    const older = await tools.questions.findOlder(question.build.sequence);
    const closed = older.map(async ({ entry, executionName }) => {
      try {
        return (await supersede({ executionName, entry, item, approval }, tools)) ? [executionName] : [];
      } catch (error) {
        logTrouble(question, `the older question of ${lineOf(executionName)} could not be closed`, error);
        return [];
      }
    });
    return (await Promise.all(closed)).flat();
  } catch (error) {
    logTrouble(question, "the older questions could not be found", error);
    return [];
  }
}

interface SupersedeArgs {
  executionName: string;
  entry: string;
  item: ApprovalItem;
  approval: Decision;
}

/** Whether it was open and is closed now. What no release waits for is taken off the list, and so is a name that asks anew. */
async function supersede({ executionName, entry, item, approval }: SupersedeArgs, tools: DeliveryTools) {
  const { questions, releases, now } = tools;
  const older = await questions.find(executionName);
  const isOlder = older && older.question.build.sequence < item.question.build.sequence;
  if (!isOlder || older.delivered !== undefined || (await releases.findEnd(older.question, now))) {
    await questions.dropWaiting([entry]);
    return false;
  }
  const present = await questions.decide(older.question, supersededBy(item, approval));
  return present?.decision?.decision === "superseded" && (await send(present, tools));
}

const supersededBy = ({ question }: ApprovalItem, { by, at, base }: Decision): Decision => ({
  decision: "superseded",
  by,
  at,
  reason: `${by} approved the newer ${short(question.build.commit)} (build ${question.build.sequence})`,
  base,
});
