import type { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Good } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import { type Clock, within } from "./clock.ts";
import type { AdmissionEnvironment } from "./environment.ts";
import { describeError } from "./outcome.ts";
import { explainEnd } from "./subject.ts";

export interface GoodDeployment {
  good: Good;
  isLast: boolean;
  /** Execution that announced it and holds the lock. */
  announcer?: string;
}

interface NoticeOutside {
  sfn: SFNClient;
  sns: SNSClient;
  clock: Clock;
}

/** Milliseconds: a mail service that hangs delays nobody's way back. */
const limit = 20_000;

/** Tells everyone where a good release is being deployed without an execution of Greengate. Never throws; takes 20 s at most. */
export async function reportManualDeployment(
  { environment, topic }: AdmissionEnvironment,
  { sfn, sns, clock }: NoticeOutside,
  { good, isLast, announcer }: GoodDeployment,
): Promise<void> {
  const { commit, release } = good;
  const publish = new PublishCommand({
    TopicArn: topic,
    Subject: `${environment}: deployed by hand`,
    Message: `ECS deploys ${commit} (${lineOf(release)}), which ${isLast ? "is last-known-good" : "was good before"}, without a release of Greengate: somebody deployed it by hand`,
    MessageAttributes: { to: { DataType: "String", StringValue: "everyone" } },
  });
  try {
    await within(clock, limit, "telling people", async (abortSignal) => {
      const isAnnounced = announcer !== undefined && (await explainEnd(sfn, announcer)) === undefined;
      if (!isAnnounced) await sns.send(publish, { abortSignal });
    });
  } catch (error) {
    console.error(`admission: nobody was told of ${lineOf(release)}: ${lineOf(describeError(error), 500)}`);
  }
}
