import { beforeAll, expect, test } from "vitest";
import type { Graph } from "../../emulator/graph/graph.ts";
import { allowed, graphOf, policies, resource, resources } from "../support/graph.ts";

let dev: Graph;
let live: Graph;
beforeAll(async () => {
  [dev, live] = [graphOf("dev"), graphOf("live")];
});

test("only the function behind the link may hand in a decision", () => {
  const holders = [dev, live].flatMap((graph) =>
    Object.entries(policies(graph)).flatMap(([role, statements]) =>
      statements.flatMap(({ Action }) =>
        Action.filter((action) => action.startsWith("states:SendTask")).map(
          (action) => `${graph.stack} ${role} ${action}`,
        ),
      ),
    ),
  );
  expect(holders).toEqual(["live answer states:SendTaskSuccess"]);
});

test("only dev's gate starts live's release, and nothing starts the other lanes", () => {
  expect(allowed(dev, "gate", "states:StartExecution")).toEqual(["states:stateMachine:greengate-live-release"]);
  const starters = [dev, live].flatMap((graph) =>
    Object.keys(policies(graph)).filter((role) => allowed(graph, role, "states:StartExecution").length > 0),
  );
  expect(starters).toEqual(["gate"]);
});

test("a machine may invoke its environment's functions and nothing else; only live's release asks", () => {
  for (const graph of [dev, live])
    for (const lane of ["release", "emergency", "rollback"]) {
      const actions = policies(graph)[lane]!.flatMap(({ Action }) => Action);
      expect(actions.filter((action) => !/^(logs|xray):/.test(action))).toEqual(["lambda:InvokeFunction"]);
      const names = ["gate", "deploy", "smoke", ...(graph === live && lane === "release" ? ["ask"] : [])];
      expect(allowed(graph, lane, "lambda:InvokeFunction")).toEqual(
        names.map((name) => `lambda:function:greengate-${graph.stack}-${name}`),
      );
    }
});

test("only the gate reads another environment, and only evidence and what revokes it", () => {
  expect(allowed(live, "gate", "dynamodb:GetItem")).toEqual([
    "dynamodb:table/greengate-live-ledger",
    "dynamodb:table/greengate-dev-ledger",
  ]);
  for (const write of ["dynamodb:PutItem", "dynamodb:UpdateItem"])
    expect(allowed(live, "gate", write)).toEqual(["dynamodb:table/greengate-live-ledger"]);
  const foreign = Object.keys(policies(live)).filter((role) =>
    policies(live)[role]!.some(({ Resource }) => Resource.some((arn) => /greengate-dev-(?!app)/.test(arn))),
  );
  expect(foreign).toEqual(["gate"]);
});

test("only `deploy` changes the service, its releases and nothing else", () => {
  const changes = ["ecs:UpdateService", "ecs:StopServiceDeployment", "ecs:RegisterTaskDefinition", "iam:PassRole"];
  for (const action of changes)
    expect(Object.keys(policies(live)).filter((role) => allowed(live, role, action).length > 0)).toEqual(["deploy"]);
  expect(allowed(live, "deploy", "ecs:UpdateService")).toEqual(["ecs:service/greengate-live/greengate-live"]);
  expect(allowed(live, "deploy", "ecs:RegisterTaskDefinition")).toEqual(["ecs:task-definition/greengate-live:*"]);
  expect(allowed(live, "deploy", "iam:PassRole")).toEqual(
    ["task", "execution"].map((what) => `arn:aws:iam::000000000000:role/greengate-live-${what}`),
  );
  const pass = policies(live).deploy?.find(({ Action }) => Action.includes("iam:PassRole"));
  expect(pass?.Condition).toEqual({ StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
});

test("no action is a wildcard, and `*` stands only where AWS has nothing narrower", () => {
  for (const graph of [dev, live]) {
    const statements = Object.values(policies(graph)).flat();
    for (const { Action } of statements) for (const action of Action) expect(action).toMatch(/^[a-z-]+:[A-Za-z]+$/);
    const everywhere = statements.filter(({ Resource }) => Resource.includes("*")).flatMap(({ Action }) => Action);
    const known =
      /^(logs:.*(Delivery|Deliveries|Polic(y|ies)|LogGroups)|xray:.*|ecs:DescribeTaskDefinition|ecs:ListTasks|ecr:GetAuthorizationToken|states:SendTaskSuccess)$/;
    for (const action of everywhere) expect(action).toMatch(known);
  }
});

test("ECS and Step Functions take on a role for this account alone", () => {
  for (const graph of [dev, live])
    for (const { name, inputs } of resources(graph, "aws.iam.Role")) {
      const [trust] = JSON.parse(String(inputs.assumeRolePolicy)).Statement;
      const ours = { StringEquals: { "aws:SourceAccount": "000000000000" } };
      const forMany = /^(ecs|ecs-tasks|states)\.amazonaws\.com$/.test(trust.Principal.Service);
      expect([name, trust.Condition]).toEqual([name, forMany ? ours : undefined]);
    }
});

test("a role is handed over only once its policy stands", () => {
  for (const [type, name] of [
    ["aws.sfn.StateMachine", "release"],
    ["aws.ecs.Service", undefined],
  ] as const) {
    const { dependencies } = resource(live, type, name);
    expect(dependencies.filter((urn) => urn.includes("RolePolicy")).length).toBeGreaterThan(0);
  }
});

test("the link's address takes both permissions that AWS asks for", () => {
  const permissions = resources(live, "aws.lambda.Permission").map(({ inputs }) => inputs);
  const everybody = { function: "greengate-live-answer", principal: "*" };
  expect(permissions).toEqual([
    expect.objectContaining({ ...everybody, action: "lambda:InvokeFunction", invokedViaFunctionUrl: true }),
    expect.objectContaining({ ...everybody, action: "lambda:InvokeFunctionUrl", functionUrlAuthType: "NONE" }),
  ]);
  expect(resource(live, "aws.lambda.FunctionUrl").inputs).toMatchObject({
    functionName: "greengate-live-answer",
    authorizationType: "NONE",
  });
});

test("no task token reaches a log", () => {
  for (const { inputs } of [dev, live].flatMap((graph) => resources(graph, "aws.sfn.StateMachine")))
    expect(inputs).toMatchObject({
      loggingConfiguration: { level: "ERROR", includeExecutionData: false },
      tracingConfiguration: { enabled: true },
    });
});
