import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { answering } from "../../../approval/answering.ts";
import { asking } from "../../../approval/asking.ts";
import type { AskCall } from "../../../stateMachine/calls.ts";
import type { Candidate } from "../../../stateMachine/input.ts";
import { startAws } from "./aws.ts";
import { type Fill, formEvent, hiddenFields, pageEvent } from "./browser.ts";
import { startLedger } from "./ledger.ts";

const host = "approve.example.test";
const account = {
  region: "eu-central-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
};

export const running = (commit: string, sequence: number) => ({
  taskDefinition: `arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-live:${sequence}`,
  release: `main-${commit.slice(0, 7)}-20261120T090000`,
  image: `shop@sha256:${"b".repeat(64)}`,
  digest: `sha256:${"b".repeat(64)}`,
  commit,
  sequence,
});

/** Live with its approval functions: what the gate asks, what comes by mail, what an approver does in a browser. */
export async function stage() {
  const aws = await startAws();
  const ledger = await startLedger("live-ledger");
  const env = {
    LEDGER: "live-ledger",
    TOPIC: "arn:aws:sns:eu-central-1:123456789012:live",
    LINK_BASE: `https://${host}/`,
    APPROVERS: "ana, ben",
    ENVIRONMENT: "live",
    REPOSITORY: "acme/shop",
  };
  const sns = new SNSClient({ ...account, endpoint: aws.endpoint });
  const sfn = new SFNClient({ ...account, endpoint: aws.endpoint });
  const outside = { dynamodb: ledger.dynamodb, sns, sfn };
  const ask = asking(env, outside);
  const answer = answering(env, outside);
  await ledger.put({ id: "environment", good: running("0f9e8d7".padEnd(40, "0"), 409) });
  let now = Date.parse("2026-11-23T10:00:00Z");

  const stage = {
    aws,
    ledger,
    /** The gate invokes `ask` with a token that its execution waits for. Answers the question's name. */
    async asks(taskToken: string, about: Partial<Candidate> = {}, more: Partial<AskCall> = {}): Promise<string> {
      aws.waiting.add(taskToken);
      const candidate = { ...offered, ...about };
      const name = `main-${candidate.commit.slice(0, 7)}-20261123T101500`;
      await ask({
        taskToken,
        execution: `arn:aws:states:eu-central-1:123456789012:execution:shop-live-release:${name}`,
        name,
        requestedBy: "shop-dev-release",
        candidate,
        base: running("0f9e8d7".padEnd(40, "0"), 409),
        evidence: `arn:aws:states:eu-central-1:123456789012:execution:shop-dev-release:${name}`,
        expiresAt: "2026-11-26T10:00:00Z",
        ...more,
      });
      return name;
    },
    /** The link in the newest mail to this approver, as a path. */
    linkOf(approver: string): string {
      const mail = aws.published.findLast(({ to }) => to === approver)?.body ?? "";
      return /^https:\/\/approve\.example\.test(\/a\/\S+)$/m.exec(mail)?.[1] ?? `no link to ${approver}`;
    },
    open: (link: string, method: "GET" | "HEAD" = "GET") => answer(pageEvent({ host, now, link, method })),
    /** Opens the link, fills in the form and presses a button. */
    async press(link: string, decision: string, fill: Fill = {}) {
      return stage.submit(link, decision, hiddenFields((await stage.open(link)).body), fill);
    },
    /** Presses a button on a page that was opened before; `page` is its hidden fields. */
    submit: (link: string, decision: string, page: Record<string, string>, fill: Fill = {}) =>
      answer(formEvent({ host, now, link, fields: { commit: "1a2b3c4", ...page, decision }, fill })),
    later(hours: number) {
      now += hours * 3_600_000;
    },
    async [Symbol.asyncDispose]() {
      sns.destroy();
      sfn.destroy();
      await ledger.close();
      await aws.close();
    },
  };
  return stage;
}

const offered: Candidate = {
  image: `shop@sha256:${"a".repeat(64)}`,
  commit: "1a2b3c4".padEnd(40, "5"),
  ref: "main",
  author: "Chloë",
  message: "Show the shipping cost\n\nIt was missing from the cart.",
  pullRequest: 88,
  sequence: 412,
};
