import { ConditionalCheckFailedException, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  ECSClient,
  ListServiceDeploymentsCommand,
  ListServicesCommand,
  ServiceNotFoundException,
} from "@aws-sdk/client-ecs";
import { GetSecretValueCommand, ResourceNotFoundException } from "@aws-sdk/client-secrets-manager";
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  paginateListExecutions,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { ListTopicsCommand, NotFoundException, PublishCommand } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AwsError } from "../../../emulator/awsError.ts";
import { type Endpoint, startEndpoint } from "../../../emulator/endpoint/endpoint.ts";
import { plain } from "../../../emulator/endpoint/http.ts";
import type { ApiCall } from "../../../emulator/endpoint/serve.ts";
import { accessKeyId, awsClients, callers, region, role } from "../../support/awsClients.ts";
import { inProcess } from "../../support/inProcess.ts";

const seen: ApiCall[] = [];
/** What the cloud does with the next call. */
let does: (call: ApiCall) => unknown;
let endpoint: Endpoint;

const call = async (received: ApiCall) => {
  seen.push(received);
  return does(received);
};

interface Stranger {
  service: string;
  method?: string;
  path?: string;
  type?: string;
  answer: (why: string) => string;
}

const json = (why: string) => `{"__type":"UnknownOperationException","message":"${why}","Message":"${why}"}`;
const form = "application/x-www-form-urlencoded; charset=utf-8";
const xml = (why: string) => `<Code>InvalidAction</Code><Message>${why}</Message>`;
const sender = (why: string) =>
  `<ErrorResponse xmlns=""><Error><Type>Sender</Type>${xml(why)}</Error><RequestId>id</RequestId></ErrorResponse>`;

/** Requests as the services' own SDK clients send them, and the errors that these clients read. */
const strangers: Stranger[] = [
  { service: "sqs", type: "application/x-amz-json-1.0", answer: json },
  { service: "ecr", type: "application/x-amz-json-1.1", answer: json },
  { service: "sqs", type: form, answer: sender },
  { service: "iam", type: form, answer: sender },
  {
    service: "ec2",
    type: form,
    answer: (why) => `<Response><Errors><Error>${xml(why)}</Error></Errors><RequestID>id</RequestID></Response>`,
  },
  { service: "lambda", method: "GET", path: "/2015-03-31/functions", answer: json },
  { service: "route53", method: "GET", path: "/2013-04-01/hostedzone", answer: sender },
  {
    service: "s3",
    method: "GET",
    path: "/bucket/key?x-id=GetObject",
    answer: (why) => `<Error>${xml(why)}<RequestId>id</RequestId></Error>`,
  },
];

beforeEach(async () => {
  seen.length = 0;
  endpoint = await startEndpoint({ call, callers, site: async () => plain(404, "no such page") });
});
afterEach(() => endpoint.close());

describe("an SDK client that is only given the endpoint", () => {
  test("starts an execution: its role is told from its key, dates come back as dates", async () => {
    const { sfn } = awsClients(endpoint.origin);
    const at = new Date("2026-11-23T10:15:00.250Z");
    does = () => ({ executionArn: "arn:execution", startDate: at.getTime() / 1000 });
    const started = await sfn.send(new StartExecutionCommand({ stateMachineArn: "arn:machine", input: '{"ü":"<&>"}' }));
    expect(started.startDate).toEqual(at);
    expect(started.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[0]).toEqual({
      service: "states",
      action: "StartExecution",
      input: { stateMachineArn: "arn:machine", input: '{"ü":"<&>"}' },
      caller: role,
    });
  });

  test("meets a service's errors as the classes that it knows", async () => {
    const { sfn, ecs, dynamodb, secrets, sns } = awsClients(endpoint.origin);
    const fails = (code: string, message: string, status?: number) => () => {
      throw new AwsError(code, message, status);
    };
    does = fails("ExecutionAlreadyExists", "Execution Already Exists: 'main-1a2b3c4'");
    const again = sfn.send(new StartExecutionCommand({ stateMachineArn: "arn:machine" }));
    await expect(again).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    await expect(again).rejects.toThrow("Execution Already Exists: 'main-1a2b3c4'");

    does = fails("ServiceNotFoundException", "Service not found.");
    const list = ecs.send(new ListServiceDeploymentsCommand({ service: "shop" }));
    await expect(list).rejects.toBeInstanceOf(ServiceNotFoundException);

    does = fails("ConditionalCheckFailedException", "The conditional request failed");
    const put = dynamodb.send(new PutItemCommand({ TableName: "ledger", Item: { id: { S: "environment" } } }));
    await expect(put).rejects.toBeInstanceOf(ConditionalCheckFailedException);

    does = fails("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    const secret = secrets.send(new GetSecretValueCommand({ SecretId: "sign-in" }));
    await expect(secret).rejects.toBeInstanceOf(ResourceNotFoundException);

    does = fails("NotFound", "Topic <none> does not exist", 404);
    const publish = sns.send(new PublishCommand({ TopicArn: "arn:topic", Message: "hi" }));
    await expect(publish).rejects.toBeInstanceOf(NotFoundException);
    await expect(publish).rejects.toThrow("Topic <none> does not exist");
  });

  test("reads DynamoDB's items in their wire form", async () => {
    const { dynamodb } = awsClients(endpoint.origin);
    const Item = { id: { S: "environment" }, fence: { N: "7" } };
    const asked = ({ input }: ApiCall) => ({ S: JSON.stringify(input.Key) });
    does = (call) => ({ Item: { ...Item, bytes: { B: "AQID" }, asked: asked(call) } });
    const { Item: read } = await dynamodb.send(new GetItemCommand({ TableName: "ledger", Key: { id: { S: "x" } } }));
    const bytes = { B: new Uint8Array([1, 2, 3]) };
    expect(read).toEqual({ ...Item, bytes, asked: { S: '{"id":{"S":"x"}}' } });
  });

  test("publishes by SNS's form and reads its XML", async () => {
    const { sns } = awsClients(endpoint.origin);
    does = () => ({ MessageId: "message-1" });
    const published = await sns.send(
      new PublishCommand({
        TopicArn: "arn:topic",
        Subject: "Promote main 1a2b3c4?",
        Message: "two lines\n& signs = 1+1",
        MessageAttributes: {
          to: { DataType: "String", StringValue: "ana" },
          kind: { DataType: "String", StringValue: "ask" },
        },
      }),
    );
    expect(published.MessageId).toBe("message-1");
    expect(seen[0]).toEqual({
      service: "sns",
      action: "Publish",
      caller: role,
      input: {
        TopicArn: "arn:topic",
        Subject: "Promote main 1a2b3c4?",
        Message: "two lines\n& signs = 1+1",
        MessageAttributes: {
          to: { DataType: "String", StringValue: "ana" },
          kind: { DataType: "String", StringValue: "ask" },
        },
      },
    });
  });

  test("pages through a list by the token that it was given", async () => {
    const { sfn } = awsClients(endpoint.origin);
    const named = (name: string) => ({
      executionArn: name,
      name,
      stateMachineArn: "m",
      status: "RUNNING",
      startDate: 1,
    });
    const pages: Record<string, object> = {
      first: { executions: ["one", "two"].map(named), nextToken: "second" },
      second: { executions: [named("three")] },
    };
    does = ({ input }) => pages[String(input.nextToken ?? "first")];
    const names: (string | undefined)[] = [];
    for await (const page of paginateListExecutions({ client: sfn }, { stateMachineArn: "m" }))
      names.push(...(page.executions ?? []).map(({ name }) => name));
    expect(names).toEqual(["one", "two", "three"]);
  });

  test("is refused an action that the cloud doesn't know, in each protocol's way", async () => {
    const { ecs, sns } = awsClients(endpoint.origin);
    await expect(ecs.send(new ListServicesCommand({}))).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringMatching(/^The embedded cloud doesn't know ecs:ListServices, only .*, UpdateService\.$/),
    });
    await expect(sns.send(new ListTopicsCommand({}))).rejects.toMatchObject({
      name: "InvalidAction",
      message: "The embedded cloud doesn't know sns:ListTopics, only Publish.",
    });
    expect(seen).toEqual([]);
  });

  test.each(strangers)(
    "is refused a service that isn't there, so that its client can read why: $service",
    async (stranger) => {
      const { service, path = "", method = "POST", type, answer } = stranger;
      const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261123/${region}/${service}/aws4_request`;
      const headers = { authorization, ...(type ? { "content-type": type } : {}) };
      const asked = await fetch(`${endpoint.origin}${path}`, { method, headers });
      const why = `The embedded cloud doesn&#39;t know ${service}, only states, ecs, dynamodb, secretsmanager, logs, sns.`;
      const body = await asked.text();
      expect(asked.status).toBe(400);
      expect(body.replaceAll("'", "&#39;").replace(/<(RequestI[dD])>[0-9a-f-]{36}</, "<$1>id<")).toBe(answer(why));
      expect(asked.headers.get("x-amzn-errortype")).toBe(body.startsWith("{") ? "UnknownOperationException" : null);
      expect(seen).toEqual([]);
    },
  );

  test("is turned away with a key that nobody issued, in each protocol's way", async () => {
    const stranger = awsClients(endpoint.origin, "AKIDSTRANGER");
    does = () => ({});
    await expect(
      stranger.sfn.send(new DescribeExecutionCommand({ executionArn: "arn:execution" })),
    ).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    });
    await expect(stranger.sns.send(new PublishCommand({ Message: "hi" }))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
    expect(seen).toEqual([]);
  });

  test("is told of a fault of the cloud as a fault, never as an answer", async () => {
    const { ecs } = awsClients(endpoint.origin);
    does = () => {
      throw new TypeError("shop is undefined");
    };
    await expect(ecs.send(new ListServiceDeploymentsCommand({ service: "shop" }))).rejects.toMatchObject({
      name: "InternalFailure",
      message: "A fault of the embedded cloud: TypeError: shop is undefined",
      $metadata: { httpStatusCode: 500 },
    });
  });

  test("is told of a body that isn't of the protocol", async () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261123/${region}/ecs/aws4_request`;
    const headers = { authorization, "x-amz-target": "AmazonEC2ContainerServiceV20141113.UpdateService" };
    for (const body of ["[]", "cluster=shop"]) {
      const asked = await fetch(endpoint.origin, { method: "POST", headers, body });
      expect([asked.status, await asked.json()]).toEqual([
        400,
        expect.objectContaining({ __type: "SerializationException", message: "The body must be a JSON object." }),
      ]);
    }
    expect(seen).toEqual([]);
  });

  test("is served in this process by the same protocols", async () => {
    const ecs = new ECSClient({
      endpoint: "http://aws.invalid",
      region,
      credentials: { accessKeyId, secretAccessKey: "unused" },
      requestHandler: inProcess({ call, callers }),
    });
    does = ({ input }) => {
      if (input.service === "gone") throw new AwsError("ServiceNotFoundException", "Service not found.");
      return { serviceDeployments: [{ serviceDeploymentArn: "arn:deployment", startedAt: 1_000.5 }] };
    };
    const { serviceDeployments } = await ecs.send(new ListServiceDeploymentsCommand({ service: "shop" }));
    expect(serviceDeployments?.[0]?.startedAt).toEqual(new Date(1_000_500));
    expect(seen[0]?.caller).toBe(role);
    const gone = ecs.send(new ListServiceDeploymentsCommand({ service: "gone" }));
    await expect(gone).rejects.toBeInstanceOf(ServiceNotFoundException);
  });
});
