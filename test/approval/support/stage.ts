import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { answerHandler } from "../../../approval/answerHandler.ts";
import { askHandler } from "../../../approval/askHandler.ts";
import type { Build } from "../../../contract/candidate.ts";
import { noticeSettings } from "../../../contract/clients.ts";
import type { Good } from "../../../contract/ledger.ts";
import type { Question } from "../../../contract/question.ts";
import { startAws } from "./aws.ts";
import { type Fill, formEvent, hiddenFields, pageEvent } from "./browser.ts";
import { startLedger } from "./ledger.ts";

const host = "approve.example.test";
const account = {
  region: "eu-central-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
};
const machines = "arn:aws:states:eu-central-1:123456789012:execution";

export const goodRelease = (commit: string, sequence: number): Good => ({
  ...offered,
  commit,
  sequence,
  image: `shop@sha256:${"b".repeat(64)}`,
  digest: `sha256:${"b".repeat(64)}`,
  execution: `${machines}:shop-live-release:main-${commit.slice(0, 7)}-20261120T090000`,
  taskDefinition: `arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-live:${sequence}`,
  release: `release/main-${commit.slice(0, 7)}-20261120T090000`,
  since: "2026-11-20T09:10:00.000Z",
  hotfix: false,
});

/** What live runs when a stage opens. */
export const base = () => goodRelease("0f9e8d7".padEnd(40, "0"), 409);

/** What differs from the usual question. */
export interface AskArgs extends Partial<Omit<Question, "build">> {
  /** Name of the execution. */
  name?: string;
  build?: Partial<Build>;
}

/** Live with its approval functions: what a release asks, what comes by mail, what an approver does in a browser. */
export async function stage({ approvers = "ana, ben", mailTimeout = 3_000 } = {}) {
  const aws = await startAws();
  const ledger = await startLedger("live-ledger");
  const env = {
    LEDGER: "live-ledger",
    TOPIC: "arn:aws:sns:eu-central-1:123456789012:live",
    LINK_BASE: `https://${host}/`,
    APPROVERS: approvers,
    ENVIRONMENT: "live",
    REPOSITORY: "acme/shop",
  };
  const requestHandler = { ...noticeSettings.requestHandler, requestTimeout: mailTimeout };
  const sns = new SNSClient({ ...account, endpoint: aws.endpoint, requestHandler });
  const sfn = new SFNClient({ ...account, endpoint: aws.endpoint });
  const clients = { dynamodb: ledger.dynamodb, sns, sfn };
  const ask = askHandler(env, clients);
  let answer = answerHandler(env, clients);
  const putEnvironment = (good?: Good) => ledger.put({ id: "environment", fence: 1, ...(good ? { good } : {}) });
  await putEnvironment(base());
  let now = Date.parse("2026-11-23T10:00:00Z");

  const stage = {
    aws,
    ledger,
    putEnvironment,
    now: () => now,
    /** A release invokes `ask` with a token that it waits for. Answers its name. */
    async asks(taskToken: string, { name: given, build: about = {}, ...more }: AskArgs = {}): Promise<string> {
      const build = { ...offered, ...about };
      const name = given ?? `main-${build.commit.slice(0, 7)}-20261123T101500`;
      const question = {
        execution: `${machines}:shop-live-release:${name}`,
        startedAt: "2026-11-23T09:59:00.000Z",
        requestedBy: "shop-dev-release",
        build,
        evidence: `${machines}:shop-dev-release:${name}`,
        base: base(),
        expiresAt: new Date(now + 72 * 3_600_000).toISOString(),
        ...more,
      };
      aws.waiting.add(taskToken);
      aws.executions.set(question.execution, { status: "RUNNING", startedAt: Date.parse(question.startedAt) });
      await ask({ taskToken, question });
      return name;
    },
    /** The release ends, and nobody waits for the token any more. */
    ends(name: string, taskToken: string, status = "ABORTED") {
      aws.waiting.delete(taskToken);
      const arn = `${machines}:shop-live-release:${name}`;
      aws.executions.set(arn, { startedAt: now, ...aws.executions.get(arn), status, stoppedAt: now });
    },
    question: async (name: string) => (await ledger.item(`approval#${name}`)) ?? {},
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
    /** The hidden fields of a page that was opened when live ran its base. */
    page: { base: base().taskDefinition },
    /** From now on these and no others may decide. */
    setApprovers(names: string) {
      answer = answerHandler({ ...env, APPROVERS: names }, clients);
    },
    later(hours: number) {
      now += hours * 3_600_000;
    },
    notices: () => aws.published.filter(({ to }) => to === "everyone"),
    async [Symbol.asyncDispose]() {
      sns.destroy();
      sfn.destroy();
      await ledger.close();
      await aws.close();
    },
  };
  return stage;
}

const offered: Build = {
  image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:${"a".repeat(64)}`,
  commit: "1a2b3c4".padEnd(40, "5"),
  ref: "main",
  author: "Chloë",
  message: "Show the shipping cost\n\nIt was missing from the cart.",
  pullRequest: 88,
  sequence: 412,
};
