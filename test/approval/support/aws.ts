import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as SNS was given it. */
export interface Published {
  to: string;
  subject: string;
  body: string;
}

/**
 * What the function meets of Step Functions and SNS, over their own protocols: tokens that executions wait for, each good
 * once, and what was published. What is in `trouble`, an action or a task token, fails with 503.
 */
export async function startAws() {
  const waiting = new Set<string>();
  const answers: { token: string; output: Record<string, string> }[] = [];
  const published: Published[] = [];
  const trouble = new Set<string>();

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
    const publishes = request.headers["x-amz-target"] === undefined;
    const troubled = publishes
      ? trouble.has("Publish")
      : trouble.has("SendTaskSuccess") || trouble.has(JSON.parse(body).taskToken);
    const answer = troubled
      ? { status: 503, body: publishes ? "<ErrorResponse/>" : failed("ServiceUnavailable", body) }
      : publishes
        ? publish(new URLSearchParams(body))
        : sendTaskSuccess(JSON.parse(body));
    response.writeHead(answer.status, { "content-type": publishes ? "text/xml" : "application/x-amz-json-1.0" });
    response.end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    waiting,
    answers,
    published,
    trouble,
    close: () => new Promise((closed) => server.close(closed).closeAllConnections()),
  };
}

const failed = (type: string, message: string) => JSON.stringify({ __type: type, message });

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
