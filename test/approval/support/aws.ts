import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as SNS was given it. */
export interface Published {
  to: string;
  subject: string;
  body: string;
}

/** An execution as DescribeExecution shows it. Milliseconds since 1970. */
export interface KnownExecution {
  status: string;
  startedAt: number;
  stoppedAt?: number;
}

/**
 * What the functions meet of Step Functions and SNS, over their own protocols: executions by ARN, tokens that they wait for, each good
 * once, and what was published. What is in `trouble`, an action, a task token or whom a message is for, fails with 503; what is in
 * `hangs`, an action, gets no answer.
 */
export async function startAws() {
  const executions = new Map<string, KnownExecution>();
  const waiting = new Set<string>();
  const answers: { token: string; output: Record<string, string> }[] = [];
  const published: Published[] = [];
  const trouble = new Set<string>();
  const hangs = new Set<string>();

  const describeExecution = ({ executionArn }: { executionArn: string }) => {
    const found = executions.get(executionArn);
    if (!found) return { status: 400, body: failed("ExecutionDoesNotExist", "Execution Does Not Exist") };
    const { status, startedAt, stoppedAt } = found;
    const stopDate = stoppedAt === undefined ? {} : { stopDate: stoppedAt / 1000 };
    return { status: 200, body: JSON.stringify({ executionArn, status, startDate: startedAt / 1000, ...stopDate }) };
  };
  const sendTaskSuccess = ({ taskToken, output }: { taskToken: string; output: string }) => {
    if (!waiting.delete(taskToken))
      return { status: 400, body: failed("TaskTimedOut", `Task Timed Out: '${taskToken}'`) };
    answers.push({ token: taskToken, output: JSON.parse(output) });
    return { status: 200, body: "{}" };
  };
  const publish = (form: URLSearchParams) => {
    const field = (name: string) => form.get(name) ?? "";
    published.push({
      to: field("MessageAttributes.entry.1.Value.StringValue"),
      subject: field("Subject"),
      body: field("Message"),
    });
    return {
      status: 200,
      body: "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
    };
  };

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const target =
      String(request.headers["x-amz-target"] ?? "")
        .split(".")
        .at(-1) ?? "";
    const action = target === "" ? "Publish" : target;
    if (hangs.has(action)) return;
    const given = action === "Publish" ? {} : JSON.parse(body);
    const form = new URLSearchParams(action === "Publish" ? body : "");
    const subjects = [action, given.taskToken, form.get("MessageAttributes.entry.1.Value.StringValue")];
    const perform = { Publish: () => publish(form), DescribeExecution: () => describeExecution(given) }[action];
    const answer = subjects.some((subject) => trouble.has(subject))
      ? {
          status: 503,
          body:
            action === "Publish"
              ? "<ErrorResponse><Error><Code>InternalError</Code></Error></ErrorResponse>"
              : failed("ServiceUnavailable", body),
        }
      : (perform ?? (() => sendTaskSuccess(given)))();
    response.writeHead(answer.status, {
      "content-type": action === "Publish" ? "text/xml" : "application/x-amz-json-1.0",
    });
    response.end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    executions,
    waiting,
    answers,
    published,
    trouble,
    hangs,
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}

const failed = (type: string, message: string) => JSON.stringify({ __type: type, message });

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
