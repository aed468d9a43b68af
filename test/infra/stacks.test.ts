import { beforeAll, expect, test } from "vitest";
import { readAnswerSettings, readAskSettings } from "../../approval/settings.ts";
import { readSettings as readDeploymentSettings } from "../../deployment/settings.ts";
import { validate } from "../../emulator/asl/validate.ts";
import type { Graph } from "../../emulator/graph/graph.ts";
import { readSettings as readGateSettings } from "../../gate/settings.ts";
import { admissionEnvironment, smokeEnvironment } from "../../smoke/environment.ts";
import { exportsOf } from "../support/exports.ts";
import { graphOf, resource, resources, variables } from "../support/graph.ts";

let dev: Graph;
let live: Graph;
beforeAll(async () => {
  [dev, live] = [graphOf("dev"), graphOf("live")];
});

test("each environment has its three machines by name, and dev no one to ask", () => {
  for (const graph of [dev, live])
    expect(resources(graph, "aws.sfn.StateMachine").map(({ inputs }) => inputs.name)).toEqual(
      ["emergency", "release", "rollback"].map((lane) => `greengate-${graph.stack}-${lane}`),
    );
  const lambdas = (graph: Graph) => resources(graph, "aws.lambda.Function").map(({ inputs }) => inputs.name);
  expect(lambdas(dev).sort()).toEqual(["admission", "deploy", "gate", "smoke"].map((name) => `greengate-dev-${name}`));
  expect(lambdas(live).sort()).toEqual(
    ["admission", "answer", "ask", "deploy", "gate", "smoke"].map((name) => `greengate-live-${name}`),
  );
  expect(resources(dev, "aws.lambda.FunctionUrl")).toEqual([]);
  expect(live.outputs.approvals).toBe("http://localhost:8080/");
});

test("the stacks find each other by the names that the other one has", () => {
  const released = (graph: Graph) => resource(graph, "aws.sfn.StateMachine", "release").outputs.arn;
  expect(variables(dev, "gate").OFFERS_TO).toBe(released(live));
  expect(variables(live, "gate").EVIDENCE_MACHINE).toBe(released(dev));
  expect(variables(live, "gate").EVIDENCE_LEDGER).toBe(resource(dev, "aws.dynamodb.Table").inputs.name);
});

test("dev owns the registry that live pulls from", () => {
  const { name, imageTagMutability } = resource(dev, "aws.ecr.Repository").inputs;
  expect(imageTagMutability).toBe("IMMUTABLE");
  expect(resources(live, "aws.ecr.Repository")).toEqual([]);
  expect(String(resource(live, "aws.iam.RolePolicy", "execution").inputs.policy)).toContain(`repository/${name}"`);
});

test("the template is named apart from the releases and runs what deployment/ puts in", () => {
  const { family, containerDefinitions } = resource(live, "aws.ecs.TaskDefinition").inputs;
  expect(family).toBe("greengate-live-template");
  expect(variables(live, "deploy").FAMILY).toBe("greengate-live");
  const [app] = JSON.parse(String(containerDefinitions));
  const names = app.environment.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(["PORT", "ENVIRONMENT", "COMMIT", "GREENGATE_RELEASE", "NODE_ENV"]));
});

test("every function is told what it needs, as the function itself sees it", () => {
  const release = String(resource(dev, "aws.sfn.StateMachine", "release").outputs.arn);
  expect(readGateSettings(variables(dev, "gate")).gate).toBeUndefined();
  expect(readGateSettings(variables(live, "gate"))).toMatchObject({
    ledger: "greengate-live-ledger",
    registries: ["000000000000.dkr.ecr.us-east-1.amazonaws.com/greengate-dev-app", "greengate.example/sample"],
    gate: { machine: release, approvers: ["ana", "ben"], evidenceDays: 7, expiresAfterHours: 72 },
  });
  expect(readDeploymentSettings(variables(live, "deploy"))).toMatchObject({
    LEDGER: "greengate-live-ledger",
    TASKS: 2,
  });
  expect(smokeEnvironment(variables(live, "smoke")).merchants).toEqual(["smoke-live"]);
  const admission = admissionEnvironment(variables(live, "admission"));
  expect(admission.testHeader).toEqual(["x-greengate-test", "green"]);
  const { linkBase, approvers } = readAskSettings(variables(live, "ask"));
  expect([linkBase, approvers]).toEqual(["http://localhost:8080/", ["ana", "ben"]]);
  expect(readAnswerSettings(variables(live, "answer")).approvers).toEqual(["ana", "ben"]);
});

test("the environment's item is there from the start, and what becomes of it is not Pulumi's business", () => {
  const item = resource(live, "aws.dynamodb.TableItem");
  expect(JSON.parse(String(item.inputs.item))).toEqual({ id: { S: "environment" }, fence: { N: "0" } });
  expect(item).toMatchObject({ ignoreChanges: ["item"], protect: true, retainOnDelete: true });
});

test("an approver's mail is filtered by name, so that nobody gets another's link", () => {
  const filters = resources(live, "aws.sns.TopicSubscription").map(({ inputs }) => [
    inputs.endpoint,
    inputs.filterPolicy,
  ]);
  expect(filters).toEqual([
    ["ana@droplinked.com", '{"to":["ana","everyone"]}'],
    ["ben@droplinked.com", '{"to":["ben","everyone"]}'],
  ]);
});

test("each function's code has the export that it is called by", async () => {
  for (const { name, inputs } of resources(live, "aws.lambda.Function")) {
    const { archive } = inputs.code as { archive: string };
    const handler = String(inputs.handler).replace("index.", "");
    expect([name, await exportsOf(archive, variables(live, name))]).toEqual([name, expect.arrayContaining([handler])]);
  }
});

test("every definition is one that Step Functions would take, and calls only functions of its own environment", () => {
  for (const graph of [dev, live])
    for (const { inputs } of resources(graph, "aws.sfn.StateMachine")) {
      const definition = String(inputs.definition);
      expect(validate(JSON.parse(definition))).toEqual([]);
      const own = resources(graph, "aws.lambda.Function").map(({ outputs }) => outputs.arn);
      for (const [called] of definition.matchAll(/arn:aws:lambda:[\w:-]+/g)) expect(own).toContain(called);
    }
});
