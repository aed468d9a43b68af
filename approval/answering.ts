import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SNSClient } from "@aws-sdk/client-sns";
import { type Context, Hono } from "hono";
import { type ApiGatewayRequestContextV2, handle } from "hono/aws-lambda";
import * as v from "valibot";
import { deliver } from "./deliver.ts";
import { needed } from "./env.ts";
import { type Answer, answers, judge } from "./judge.ts";
import { holder } from "./links.ts";
import { decidedNotice } from "./mails.ts";
import { plainPage, questionPage, type Seen } from "./page.ts";
import { type Asked, executionName } from "./question.ts";
import { questions } from "./questions.ts";
import { fromOurForm } from "./sameOrigin.ts";
import { headers } from "./style.ts";
import { teller } from "./tell.ts";
import { report, trouble } from "./trouble.ts";

export interface AnsweringOutside {
  dynamodb: DynamoDBClient;
  sfn: SFNClient;
  sns: SNSClient;
}

/**
 * The function behind the approval links (a Lambda function URL, payload format 2.0). GET and HEAD show the question and
 * write nothing. POST decides by one conditional write and only then answers the execution: whatever breaks in between,
 * the same approver's same answer sends the stored decision again. Time is `requestContext.timeEpoch`.
 */
export function answering(env: Readonly<Record<string, string | undefined>>, { dynamodb, sfn, sns }: AnsweringOutside) {
  const { LEDGER, TOPIC, ENVIRONMENT, REPOSITORY } = needed(env, "LEDGER", "TOPIC", "ENVIRONMENT", "REPOSITORY");
  const ledger = questions(dynamodb, LEDGER);
  const tell = teller(sns, TOPIC);
  const place = { environment: ENVIRONMENT, repository: REPOSITORY };

  const find = async (c: Link): Promise<{ asked: Asked; approver: string } | undefined> => {
    const { id, token } = c.req.param();
    const asked = v.is(executionName, id) ? await ledger.find(id) : undefined;
    const approver = holder(asked?.links ?? [], token);
    return asked && approver !== undefined ? { asked, approver } : undefined;
  };
  const see = async (c: Link, found: { asked: Asked; approver: string }): Promise<Seen> => ({
    ...found,
    place,
    now: c.env.requestContext.timeEpoch,
    live: await ledger.live(),
  });
  const settle = async (c: Link, seen: Seen) => {
    try {
      const { asked, superseded } = await deliver(seen.asked, ledger, sfn);
      const notice = seen.asked.delivered === undefined && asked.delivered && decidedNotice(place, asked, superseded);
      if (notice) await tell(notice).catch((error) => report(asked.question, "everybody could not be told", error));
      return c.html(questionPage({ ...seen, asked }), asked.delivered ? 200 : 410);
    } catch (error) {
      report(seen.asked.question, "the decision could not be sent", error);
      return c.html(questionPage({ ...seen, stuck: "AWS had trouble: send it again in a moment" }), 503);
    }
  };

  const app = new Hono<Lambda>();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  });
  app.get("/a/:id/:token", async (c) => {
    const found = await find(c);
    return found ? c.html(questionPage(await see(c, found))) : c.notFound();
  });
  app.post("/a/:id/:token", async (c) => {
    const foreign = fromOurForm(c.req.raw.headers);
    if (foreign) return c.html(plainPage("Not from this page", foreign.why), foreign.status);
    const found = await find(c);
    if (!found) return c.notFound();
    const seen = await see(c, found);
    const answer = answerIn(await c.req.parseBody());
    if (seen.asked.decision) return decidedBy(seen, answer) ? settle(c, seen) : c.html(questionPage(seen), 409);

    const verdict = judge(answer, { ...seen, question: seen.asked.question });
    if ("why" in verdict)
      return c.html(questionPage({ ...seen, refused: { answer, refusal: verdict } }), verdict.status);
    const asked = await ledger.decide(seen.asked.question.name, verdict);
    if (!asked) return c.notFound();
    return decidedBy({ ...seen, asked }, answer)
      ? settle(c, { ...seen, asked })
      : c.html(questionPage({ ...seen, asked }), 409);
  });
  app.notFound((c) => c.html(plainPage("Nothing here", "This link leads to no question, or no longer does."), 404));
  app.onError((error, c) => {
    console.error(`approval: ${trouble(error)}`);
    return c.html(plainPage("That did not work", "Nothing was decided. Open the link again in a moment."), 503);
  });
  return handle(app);
}

type Lambda = { Bindings: { requestContext: ApiGatewayRequestContextV2 } };
type Link = Context<Lambda, "/a/:id/:token">;

/** Whether the stored decision is this approver's and says what they say now. */
const decidedBy = ({ asked, approver }: Seen, answer: Answer): boolean =>
  asked.decision?.by === approver && asked.decision.decision === answers.get(answer.decision);

function answerIn(form: Record<string, unknown>): Answer {
  const text = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
  return { decision: text("decision"), commit: text("commit"), reason: text("reason"), base: text("base") };
}
