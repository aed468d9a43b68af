import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  InvalidArn,
  InvalidToken,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  type SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Definition } from "../../../emulator/asl/definition.ts";
import { virtualClock } from "../../../emulator/clock.ts";
import { statesApi } from "../../../emulator/cloud/statesApi.ts";
import { createStepFunctions, type StateMachine } from "../../../emulator/cloud/stepFunctions.ts";
import { type Endpoint, startEndpoint } from "../../../emulator/endpoint/endpoint.ts";
import { plain } from "../../../emulator/endpoint/http.ts";
import type { ActionOf } from "../../../emulator/endpoint/services.ts";
import { awsClients, callers } from "../../support/awsClients.ts";

const arnOf = (name: string) => `arn:aws:states:eu-central-1:123456789012:stateMachine:${name}`;
const executionOf = (machine: string, name: string) => `${arnOf(machine).replace("stateMachine", "execution")}:${name}`;

/** Passes through 124 states, which makes 250 events. */
const longLine: Definition = {
  QueryLanguage: "JSONata",
  StartAt: "Pass 1",
  States: Object.fromEntries(
    Array.from({ length: 124 }, (_, at) => [
      `Pass ${at + 1}`,
      { Type: "Pass", ...(at < 123 ? { Next: `Pass ${at + 2}` } : { End: true }) },
    ]),
  ),
};
/** Waits if it is told to. */
const patient: Definition = {
  QueryLanguage: "JSONata",
  StartAt: "Must it wait?",
  States: {
    "Must it wait?": {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input.wait %}", Next: "Wait" }],
      Default: "Done",
    },
    Wait: { Type: "Wait", Seconds: 60, Next: "Done" },
    Done: { Type: "Succeed" },
  },
};
const machines = Object.entries({ long: longLine, patient }).map(
  ([name, definition]): StateMachine => ({
    arn: arnOf(name),
    name,
    roleArn: "arn:aws:iam::123456789012:role/machine",
    definition,
  }),
);

let clock: ReturnType<typeof virtualClock>;
let endpoint: Endpoint;
let sfn: SFNClient;

beforeEach(async () => {
  clock = virtualClock();
  const service = createStepFunctions({
    clock,
    machines,
    perform: async (task) => task.arguments,
    seed: "test",
    onEvent: () => {},
  });
  const api = statesApi(service, machines);
  endpoint = await startEndpoint({
    callers,
    call: ({ action, input }) => clock.during(() => api[action as ActionOf<"states">](input)),
    site: async () => plain(404, "no such page"),
  });
  sfn = awsClients(endpoint.origin).sfn;
});
afterEach(() => endpoint.close());

const start = (machine: string, name: string | undefined, input: object = {}) =>
  sfn.send(new StartExecutionCommand({ stateMachineArn: arnOf(machine), name, input: JSON.stringify(input) }));

const stop = (name: string) => sfn.send(new StopExecutionCommand({ executionArn: executionOf("patient", name) }));

async function events(pageSize: number | undefined, reverseOrder = false): Promise<number[][]> {
  const pages: number[][] = [];
  const input = { executionArn: executionOf("long", "one"), reverseOrder };
  const config = { client: sfn, ...(pageSize === undefined ? {} : { pageSize }) };
  for await (const page of paginateGetExecutionHistory(config, input))
    pages.push((page.events ?? []).map(({ id = 0 }) => id));
  return pages;
}

test("a history comes a hundred events at a time, as many as are asked for, forwards and backwards", async () => {
  await start("long", "one");
  const all = Array.from({ length: 250 }, (_, at) => at + 1);
  expect(await events(undefined)).toEqual([all.slice(0, 100), all.slice(100, 200), all.slice(200)]);
  // 0 is the default.
  expect(await events(0)).toEqual(await events(100));
  expect(await events(249)).toEqual([all.slice(0, 249), [250]]);
  expect(await events(250)).toEqual([all]);
  const backwards = all.toReversed();
  expect(await events(200, true)).toEqual([backwards.slice(0, 200), backwards.slice(200)]);
});

test("executions come newest first, by page and by status, whatever starts or ends in between", async () => {
  // Time stands still.
  void clock.during(() => new Promise(() => {}));
  for (const [at, wait] of [true, false, true, true, true].entries()) await start("patient", `run-${at}`, { wait });
  await start("long", "one");
  const pages: string[][] = [];
  const running = { stateMachineArn: arnOf("patient"), statusFilter: "RUNNING" } as const;
  for await (const { executions = [] } of paginateListExecutions({ client: sfn, pageSize: 2 }, running)) {
    pages.push(executions.map(({ name = "" }) => name));
    if (pages.length > 1) continue;
    // The last one that was shown ends, another that wasn't does too, and a new one starts.
    await stop("run-3");
    await stop("run-2");
    await start("patient", "run-5", { wait: true });
  }
  expect(pages).toEqual([["run-4", "run-3"], ["run-0"]]);

  const list = async (input: object) => {
    const { executions = [], nextToken } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn: arnOf("patient"), ...input }),
    );
    return [executions.map(({ name }) => name), nextToken];
  };
  expect(await list({})).toEqual([["run-5", "run-4", "run-3", "run-2", "run-1", "run-0"], undefined]);
  expect(await list({ statusFilter: "SUCCEEDED" })).toEqual([["run-1"], undefined]);
  expect(await list({ statusFilter: "ABORTED", maxResults: 2 })).toEqual([["run-3", "run-2"], undefined]);
  expect(await list({ statusFilter: "FAILED" })).toEqual([[], undefined]);
});

test("a token is good for the list that gave it, and for no other", async () => {
  await start("long", "one");
  await start("long", "two");
  const page = (executionArn: string, nextToken?: string) =>
    sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 10, nextToken }));
  const { nextToken } = await page(executionOf("long", "one"));
  expect((await page(executionOf("long", "one"), nextToken)).events?.[0]?.id).toBe(11);
  for (const refused of [page(executionOf("long", "two"), nextToken), page(executionOf("long", "one"), "another")]) {
    await expect(refused).rejects.toBeInstanceOf(InvalidToken);
    await expect(refused).rejects.toThrow("Invalid Token: 'Invalid token'");
  }
  const list = sfn.send(new ListExecutionsCommand({ stateMachineArn: arnOf("long"), nextToken }));
  await expect(list).rejects.toBeInstanceOf(InvalidToken);
});

test("what AWS refuses is refused in its words", async () => {
  const list = (input: object) => sfn.send(new ListExecutionsCommand({ stateMachineArn: arnOf("long"), ...input }));
  const refused = (message: string) => ({ name: "ValidationException", message, $metadata: { httpStatusCode: 400 } });
  await expect(list({ maxResults: 1001 })).rejects.toMatchObject(
    refused(
      "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ),
  );
  await expect(list({ maxResults: -1, statusFilter: "succeeded" })).rejects.toMatchObject(
    refused(
      "2 validation errors detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]; Value '-1' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ),
  );
  await expect(sfn.send(new DescribeExecutionCommand({ executionArn: undefined }))).rejects.toMatchObject(
    refused(
      "1 validation error detected: Value null at 'executionArn' failed to satisfy constraint: Member must not be null",
    ),
  );
  const gone = list({ stateMachineArn: arnOf("gone") });
  await expect(gone).rejects.toBeInstanceOf(StateMachineDoesNotExist);
  await expect(gone).rejects.toThrow(`State Machine Does Not Exist: '${arnOf("gone")}'`);
  const nameless = list({ stateMachineArn: "long" });
  await expect(nameless).rejects.toBeInstanceOf(InvalidArn);
  await expect(nameless).rejects.toThrow("Invalid Arn: 'Invalid ARN prefix: long'");
  const describe = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));
  await expect(describe(arnOf("long"))).rejects.toThrow(
    "Invalid Arn: 'Resource type not valid in this context: stateMachine'",
  );
  await expect(describe(executionOf("long", "none"))).rejects.toBeInstanceOf(ExecutionDoesNotExist);
});

test("what the embedded cloud doesn't do of an action is refused, not dropped", async () => {
  await start("long", "one");
  const history = (includeExecutionData: boolean) =>
    sfn.send(new GetExecutionHistoryCommand({ executionArn: executionOf("long", "one"), includeExecutionData }));
  expect((await history(true)).events?.[0]?.executionStartedEventDetails?.input).toBe("{}");
  await expect(history(false)).rejects.toThrow(
    "Value 'false' at 'includeExecutionData' failed to satisfy constraint: The embedded cloud always includes it",
  );
  const described = { executionArn: executionOf("long", "one"), includedData: "METADATA_ONLY" } as const;
  await expect(sfn.send(new DescribeExecutionCommand(described))).rejects.toThrow(
    "Value 'METADATA_ONLY' at 'includedData' failed to satisfy constraint: The embedded cloud doesn't take this member",
  );
  const redriven = { stateMachineArn: arnOf("long"), statusFilter: "PENDING_REDRIVE" } as const;
  await expect(sfn.send(new ListExecutionsCommand(redriven))).rejects.toMatchObject({ name: "ValidationException" });
});

test("an execution that nobody names is named by Step Functions", async () => {
  const { executionArn = "" } = await start("long", undefined);
  expect(executionArn).toMatch(/:execution:long:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect((await sfn.send(new DescribeExecutionCommand({ executionArn }))).status).toBe("SUCCEEDED");
});
