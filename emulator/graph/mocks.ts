import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { type Computing, computed } from "./computed.ts";
import type { Graph, Resource } from "./graph.ts";
import { holes, plainMap, resourceOf, wireMap } from "./wire.ts";

export interface RecordingArgs extends Computing {
  project: string;
  stack: string;
  config: Record<string, string>;
  /** Creates the resources and returns the stack's outputs; started once Pulumi is mocked. */
  program: () => Promise<unknown>;
}

/**
 * Runs a Pulumi program against mocks and returns what it would create. Mocks show only type, name and inputs; parents,
 * dependencies and options are read where they pass to the engine. One recording a thread: Pulumi's runtime is global.
 * @throws if the graph has holes, or uses a resource or function that has no answer.
 */
export async function record({ project, stack, config, program, ...context }: RecordingArgs): Promise<Graph> {
  const resources: Resource[] = [];
  let outputs: Record<string, unknown> = {};
  const missing: string[] = [];
  await pulumi.runtime.setMocks(answers(project, context), project, stack, true);
  pulumi.runtime.setAllConfig(config);

  const monitor = pulumi.runtime.getMonitor()!;
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  Object.assign(monitor, {
    registerResource: (request: RegisterResourceRequest, done: Parameters<typeof register>[3]) =>
      register(request, (error, response) => {
        if (!error) {
          const resource = resourceOf(request, response);
          missing.push(...holes(wireMap(request.getObject())).map((path) => `${resource.urn}: ${path} is not known`));
          if (resource.type !== rootType) resources.push(resource);
        }
        done(error, response);
      }),
    registerResourceOutputs: (request: RegisterResourceOutputsRequest, done: Parameters<typeof registerOutputs>[3]) => {
      if (request.getUrn().includes(`::${rootType}::`)) {
        const given = wireMap(request.getOutputs());
        missing.push(...holes(given).map((path) => `stack output ${path} is not known`));
        outputs = plainMap(given);
      }
      return registerOutputs(request, done);
    },
  });

  await pulumi.runtime.runInPulumiStack(program);
  await pulumi.runtime.disconnect();
  if (missing.length > 0) throw new Error(`the resource graph has holes:\n${missing.sort().join("\n")}`);
  // Resources are created side by side: without an order no two runs would be the same.
  return { stack, resources: resources.sort((one, other) => (one.urn < other.urn ? -1 : 1)), outputs };
}

/** What engine and providers would answer to the program. */
export function answers(project: string, context: Computing): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, inputs, name }) => {
      // A component is only a name for its children.
      if (type === rootType || type.startsWith(`${project}:`)) return { id: undefined, state: {} };
      const { id = name, ...rest } = computed(context, type, inputs);
      return { id: String(id), state: { ...inputs, ...rest } };
    },
    call: ({ token }) => {
      if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { accountId: context.account };
      throw new Error(`the local graph has no answer for the function ${token}: add it to emulator/graph/mocks.ts`);
    },
  };
}

/** Type of the resource that stands for the stack itself. */
export const rootType = "pulumi:pulumi:Stack";
