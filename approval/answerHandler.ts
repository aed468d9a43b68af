import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SNSClient } from "@aws-sdk/client-sns";
import { type Context, Hono } from "hono";
import { type ApiGatewayRequestContextV2, handle } from "hono/aws-lambda";
import { refuseForeignForm, responseHeaders } from "./browser.ts";
import { deliver } from "./deliver.ts";
import { isRepetition, judgeAnswer, refuseSecond } from "./judge.ts";
import { decodeName, findHolder } from "./links.ts";
import { decisionNotice } from "./messages.ts";
import { plainPage, questionPage } from "./page.ts";
import { describeTrouble, logTrouble, publishMessage } from "./publish.ts";
import { openQuestions } from "./questions.ts";
import { openReleases } from "./releases.ts";
import { readAnswerSettings } from "./settings.ts";
import { findStanding } from "./standing.ts";
import type { AnswerRefusal, FormAnswer, QuestionView } from "./types.ts";

export interface AnswerClients {
  dynamodb: DynamoDBClient;
  sfn: SFNClient;
  /** Made with short time-outs: a notice delays nothing. */
  sns: SNSClient;
}

/**
 * The function behind the approval links (a Lambda function URL, payload format 2.0). GET and HEAD show the question and
 * write nothing. POST decides by one conditional write and only then answers the execution: whatever breaks in between,
 * the same approver's same answer sends the stored decision again. Time is `requestContext.timeEpoch`.
 */
export function answerHandler(env: Readonly<Record<string, string | undefined>>, clients: AnswerClients) {
  const settings = readAnswerSettings(env);
  const { environment, repository, approvers, topic } = settings;
  const questions = openQuestions(clients.dynamodb, settings.ledger);
  const releases = openReleases(clients.sfn);

  /** What a link's holder is shown now; undefined for a link that leads to nothing, and for whoever is no approver any more. */
  const look = async (c: LinkContext): Promise<QuestionView | undefined> => {
    const { name: segment, token } = c.req.param();
    const name = decodeName(segment);
    const item = name && name.length <= longestName ? await questions.find(name) : undefined;
    const approver = findHolder(item?.links ?? [], token);
    if (!item || approver === undefined || !approvers.includes(approver)) return undefined;
    const now = c.env.requestContext.timeEpoch;
    const [good, standing] = await Promise.all([
      questions.findGood(),
      findStanding(item, now, { questions, releases }),
    ]);
    return { environment, repository, item, approver, now, good, standing };
  };
  const refuse = (c: LinkContext, view: QuestionView, answer: FormAnswer, refusal: AnswerRefusal) =>
    c.html(questionPage({ ...view, refused: { answer, refusal } }), refusal.status);

  /** A decision that is this approver's own, and stored. */
  const finish = async (c: LinkContext, view: QuestionView) => {
    const { item, now } = view;
    if (view.standing.is !== "stored") return c.html(questionPage(view), statuses[view.standing.is]);
    try {
      const { standing, isNews, superseded } = await deliver(item, { questions, releases, now });
      const notice = isNews && decisionNotice(settings, item, superseded);
      if (notice)
        await publishMessage(clients.sns, topic, notice).catch((error) =>
          logTrouble(item.question, "everybody could not be told", error),
        );
      return c.html(questionPage({ ...view, standing }), statuses[standing.is]);
    } catch (error) {
      logTrouble(item.question, "the decision could not be sent", error);
      const trouble = "AWS had trouble. Send it again in a moment";
      return c.html(questionPage({ ...view, standing: { is: "stored", trouble } }), 503);
    }
  };

  const app = new Hono<LinkBindings>();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(responseHeaders)) c.header(name, value);
  });
  app.get("/a/:name/:token", async (c) => {
    const view = await look(c);
    return view ? c.html(questionPage(view)) : c.notFound();
  });
  app.post("/a/:name/:token", async (c) => {
    const foreign = refuseForeignForm(c.req.raw.headers);
    if (foreign) return c.html(plainPage("Not from this page", foreign.why), foreign.status);
    const view = await look(c);
    if (!view) return c.notFound();
    const answer = answerIn(await c.req.parseBody());
    if (view.item.decision)
      return isRepetition(answer, view) ? finish(c, view) : refuse(c, view, answer, refuseSecond(answer, view));

    const verdict = judgeAnswer(answer, view);
    if ("why" in verdict) return refuse(c, view, answer, verdict);
    const item = await questions.decide(view.item.question, verdict);
    if (!item?.decision) return c.notFound(); // another execution of this name asks now
    const after: QuestionView = { ...view, item, standing: { is: "stored" } };
    if (isRepetition(answer, after)) return finish(c, after);
    const standing = await findStanding(item, view.now, { questions, releases });
    return refuse(c, { ...after, standing }, answer, refuseSecond(answer, after));
  });
  app.notFound((c) => c.html(plainPage("Nothing here", "This link leads to no question."), 404));
  app.onError((error, c) => {
    console.error(`approval: ${describeTrouble(error)}`);
    return c.html(
      plainPage("That did not work", "Open the link again in a moment to see how the question stands."),
      503,
    );
  });
  return handle(app);
}

/** Of a page that answers a POST. 202: the release will read it. */
const statuses = { delivered: 200, stored: 202, uncounted: 409, over: 409, expired: 410, open: 200 } as const;

/** UTF-16 units of a name of 80 characters: a longer one is nobody's, and DynamoDB takes no key over 2,048 bytes. */
const longestName = 160;

type LinkBindings = { Bindings: { requestContext: ApiGatewayRequestContextV2 } };
type LinkContext = Context<LinkBindings, "/a/:name/:token">;

function answerIn(form: Record<string, unknown>): FormAnswer {
  const text = (name: string): string => (typeof form[name] === "string" ? form[name] : "");
  return { decision: text("decision"), commit: text("commit"), reason: text("reason"), base: text("base") };
}
