import { expect, test } from "vitest";
import { admissionEnvironment } from "../../smoke/environment.ts";
import { allowed, graphOf, policies, resource, variables } from "../support/graph.ts";

const graphs = (["dev", "live"] as const).map(graphOf);

test("ECS's hook asks after the environment's own three machines, and tells people by its topic", () => {
  for (const graph of graphs) {
    const machines = ["release", "emergency", "rollback"].map((lane) => `greengate-${graph.stack}-${lane}`);
    expect(allowed(graph, "admission", "states:DescribeExecution")).toEqual(
      machines.map((machine) => `states:execution:${machine}:*`),
    );
    expect(allowed(graph, "admission", "sns:Publish")).toEqual([`sns:greengate-${graph.stack}-releases`]);
    expect(allowed(graph, "admission", "ecs:DescribeTaskDefinition")).toEqual(["*"]);
    const { topic, template } = admissionEnvironment(variables(graph, "admission"));
    expect(topic).toBe(resource(graph, "aws.sns.Topic").outputs.arn);
    expect(template).toBe(resource(graph, "aws.ecs.TaskDefinition").outputs.arn);
  }
});

test("the step may read the sign-in and nothing else", () => {
  for (const graph of graphs) {
    const actions = policies(graph).smoke!.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !action.startsWith("logs:"))).toEqual(["secretsmanager:GetSecretValue"]);
  }
});
