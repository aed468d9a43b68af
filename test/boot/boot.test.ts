import { describe, expect, test } from "vitest";
import type { Graph } from "../../emulator/graph/graph.ts";
import { sampleConfig } from "../../rehearsal/samples.ts";
import { graphOf, resource } from "../support/graph.ts";
import { boot } from "./boot.ts";

/** URNs by type and name alone: of the types above a resource, Pulumi's mocks name other ones than its engine does. */
function byName(graph: Graph): Graph {
  const named: Graph = JSON.parse(JSON.stringify(graph).replaceAll(/(urn:pulumi:\w+::\w+::)(?:[^"$]+\$)+/g, "$1"));
  return { ...named, resources: named.resources.sort((one, other) => (one.urn < other.urn ? -1 : 1)) };
}

const programs = { dev: boot("dev", sampleConfig), live: boot("live", sampleConfig) };

describe.concurrent("the program under Pulumi's own runner", () => {
  test.for(["dev", "live"] as const)("%s is the graph that is rehearsed: inputs, options, outputs", async (stack) => {
    const booted = await programs[stack];
    const rehearsed = graphOf(stack);
    expect(booted.errors).toEqual([]);
    expect({ exitCode: booted.exitCode, isComplete: booted.isComplete }).toEqual({ exitCode: 0, isComplete: true });
    expect(byName(booted.graph)).toEqual(byName(rehearsed));
  });

  test("what guards a running service and its rollback reaches the engine", async () => {
    const { graph } = await programs.live;
    const named = (urn: string) => urn.split("::")[3];
    const service = resource(graph, "aws.ecs.Service");
    expect(service).toMatchObject({
      ignoreChanges: ["taskDefinition", "desiredCount", "loadBalancers"],
      protect: true,
    });
    expect(named(service.parent ?? "")).toBe("service");
    expect(service.dependencies.map(named)).toEqual(expect.arrayContaining(["cluster", "production", "test"]));
    for (const colour of ["production", "test"])
      expect(resource(graph, "aws.lb.ListenerRule", colour)).toMatchObject({
        ignoreChanges: ["actions"],
        protect: true,
      });
    expect(resource(graph, "aws.dynamodb.Table")).toMatchObject({ protect: true, retainOnDelete: true });
    expect(resource((await programs.dev).graph, "aws.ecs.Service").protect).toBe(false);
  });

  test("a wrong configuration registers nothing, and says each problem in a line", async () => {
    const { exitCode, errors, isComplete, graph } = await boot("dev", {
      "greengate:tasks": "0",
      "greengate:taks": "2",
    });
    expect(errors).toEqual([
      "Pulumi.dev.yaml: greengate:taks is not known: did you mean tasks?",
      "Pulumi.dev.yaml: greengate:tasks must be 1 to 100, not 0",
    ]);
    // By this code the language host knows that the user has been told.
    expect({ exitCode, isComplete }).toEqual({ exitCode: 32, isComplete: false });
    expect(graph).toEqual({ stack: "dev", resources: [], outputs: {} });
  });
});
