import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Endpoint, startEndpoint } from "../../../emulator/endpoint/endpoint.ts";
import { plain } from "../../../emulator/endpoint/http.ts";
import { createFunction, type LambdaFunction } from "../../../emulator/functions/function.ts";
import type { FunctionArgs } from "../../../emulator/functions/result.ts";
import { accessKeyId, callers, region, role } from "../../support/awsClients.ts";
import { type Bundle, bundle } from "../../support/bundle.ts";

const source = `
  let invocations = 0;
  class LockLost extends Error { name = "LockLost"; }

  export const count = async (event, context) => ({ event, invocations: ++invocations, name: context.functionName });
  export const environment = async () => process.env;
  export const nothing = async () => undefined;
  export const hang = () => new Promise(() => setInterval(() => {}, 1000));
  export const spin = () => { while (true); };
  export const exit = () => process.exit(3);
  export const lose = async () => { throw new LockLost("the lock is held by main-1a2b3c4"); };
  export const throwText = () => { throw "no"; };
  export const notJson = () => ({ n: 1n });
  export const visit = async ({ url, init }) => {
    const response = await fetch(new URL(url), init);
    return { url: response.url, status: response.status, body: await response.json() };
  };
  export const meet = () => new Promise((resolve) => globalThis.setTimeout(resolve, 50, "met"));
`;

const sourceWithClient = `
  import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
  const sfn = new SFNClient({});
  export const describe = async (executionArn) => (await sfn.send(new DescribeExecutionCommand({ executionArn }))).status;
`;

let built: Bundle;
let builtWithClient: Bundle;
let cloud: Endpoint;
const made: LambdaFunction[] = [];

beforeAll(async () => {
  built = await bundle(source);
  builtWithClient = await bundle(sourceWithClient);
  cloud = await startEndpoint({
    callers,
    call: async ({ caller, input }) => ({ executionArn: input.executionArn, status: `RUNNING for ${caller}` }),
    site: async () => plain(404, "no such page"),
  });
});
afterEach(() => Promise.all(made.splice(0).map((made) => made.close())));
afterAll(() => Promise.all([built.remove(), builtWithClient.remove(), cloud.close()]));

function lambda(handler: string, more: Partial<FunctionArgs> = {}): LambdaFunction {
  const created = createFunction({
    name: `shop-${handler}`,
    directory: built.directory,
    handler: `index.${handler}`,
    environment: { LEDGER: "shop-ledger" },
    timeoutSeconds: 10,
    credentials: { accessKeyId, secretAccessKey: "unused" },
    region,
    endpoint: cloud.origin,
    hosts: {},
    ...more,
  });
  made.push(created);
  return created;
}

describe("a function", () => {
  test("runs its bundle and stays warm", async () => {
    const count = lambda("count");
    const event = { text: "ü", list: [1, null] };
    expect(await count.invoke(event)).toEqual({ payload: { event, invocations: 1, name: "shop-count" } });
    expect(await count.invoke(event)).toEqual({ payload: { event, invocations: 2, name: "shop-count" } });
    expect(await lambda("nothing").invoke({})).toEqual({ payload: null });
  });

  test("sees the variables of the graph and the runtime, and nothing of this machine's", async () => {
    const result = await lambda("environment").invoke({});
    const seen = "payload" in result ? Object(result.payload) : {};
    expect(seen).toMatchObject({
      LEDGER: "shop-ledger",
      AWS_REGION: region,
      AWS_LAMBDA_FUNCTION_NAME: "shop-environment",
    });
    expect(
      Object.keys(seen).filter((name) => name !== "LEDGER" && name !== "_HANDLER" && !name.startsWith("AWS_")),
    ).toEqual([]);
  });

  test("calls AWS as its role with a client that is told nothing", async () => {
    const describe = lambda("describe", { directory: builtWithClient.directory });
    expect(await describe.invoke("arn:execution")).toEqual({ payload: `RUNNING for ${role}` });
  });

  test("fails by the name of what it throws, for Step Functions to match", async () => {
    const lose = lambda("lose");
    expect(await lose.invoke({})).toMatchObject({
      error: { errorType: "LockLost", errorMessage: "the lock is held by main-1a2b3c4" },
    });
    expect(await lambda("throwText").invoke({})).toMatchObject({ error: { errorType: "string", errorMessage: "no" } });
    expect(await lambda("notJson").invoke({})).toMatchObject({ error: { errorType: "Runtime.MarshalError" } });
    expect(await lambda("gone").invoke({})).toEqual({
      error: {
        errorType: "Runtime.HandlerNotFound",
        errorMessage: "index.gone is undefined or not exported",
        trace: expect.any(Array),
      },
    });
    expect(await lambda("count", { directory: "nowhere" }).invoke({})).toMatchObject({
      error: { errorType: "Runtime.ImportModuleError" },
    });
  });

  test.each(["hang", "spin"])(
    "that doesn't answer (%s) times out, and the next invocation starts anew",
    async (handler) => {
      const slow = lambda(handler, { timeoutSeconds: 0.25 });
      const timedOut = {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.25 seconds$/),
      };
      expect(await slow.invoke({})).toEqual({ error: timedOut });
      expect(await slow.invoke({})).toEqual({ error: timedOut });
    },
  );

  test("that exits fails that invocation alone", async () => {
    const exit = lambda("exit");
    const exited = {
      error: { errorType: "Runtime.ExitError", errorMessage: "Error: Runtime exited with error: exit status 3" },
    };
    expect(await exit.invoke({})).toEqual(exited);
    expect(await exit.invoke({})).toEqual(exited);
  });

  test("serves several at once, and more than its concurrency not at all", async () => {
    const meet = lambda("meet");
    const crowd = await Promise.all(Array.from({ length: 12 }, () => meet.invoke({})));
    expect(crowd.slice(0, 10)).toEqual(Array(10).fill({ payload: "met" }));
    const refused = { errorType: "Lambda.TooManyRequestsException", errorMessage: "Rate Exceeded." };
    expect(crowd.slice(10)).toEqual(Array(2).fill({ error: refused }));
    expect(await meet.invoke({})).toEqual({ payload: "met" });
  });
});

test("fetch finds the environments by their names, and nothing else", async () => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === "/moved" ? 302 : 200, { location: "https://elsewhere.example/" });
    response.end(
      JSON.stringify({
        host: request.headers.host,
        test: request.headers["x-greengate-test"] ?? null,
        url: request.url,
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const served = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const visit = lambda("visit", { hosts: { "https://dev.shop.example": served } });
  const init = { headers: { "x-greengate-test": "green", connection: "close" }, redirect: "manual" };

  expect(await visit.invoke({ url: "https://dev.shop.example/orders?page=2", init })).toEqual({
    payload: {
      url: "https://dev.shop.example/orders?page=2",
      status: 200,
      body: { host: "dev.shop.example", test: "green", url: "/orders?page=2" },
    },
  });
  expect(await visit.invoke({ url: "https://dev.shop.example/moved", init })).toMatchObject({
    payload: { status: 302 },
  });
  // A real server that isn't the cloud's, and the environment's address by the wrong scheme.
  for (const url of [served, "http://dev.shop.example/"])
    expect(await visit.invoke({ url })).toMatchObject({
      error: { errorType: "TypeError", errorMessage: "fetch failed" },
    });
  await new Promise((resolve) => server.close(resolve));
});
