import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  RegisterResourceResponse,
} from "@pulumi/pulumi/proto/resource_pb.js";
import type { Resource } from "./graph.ts";

export interface Listener {
  /** Inputs and outputs as they stand on the wire. */
  registered(resource: Resource): void;
  /** The stack's outputs, likewise. */
  ended(outputs: Record<string, unknown>): void;
}

/** Listens to what passes between the program and the mocked engine, where parents and options can be read. */
export function listen({ registered, ended }: Listener): void {
  const monitor = pulumi.runtime.getMonitor();
  if (!monitor) throw new Error("Pulumi has no monitor: call setMocks before listen");
  const register = monitor.registerResource.bind(monitor);
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  Object.assign(monitor, {
    registerResource: (request: RegisterResourceRequest, done: Parameters<typeof register>[3]) =>
      register(request, (error, response) => {
        if (!error) registered(resourceOf(request, response));
        done(error, response);
      }),
    registerResourceOutputs: (request: RegisterResourceOutputsRequest, done: Parameters<typeof registerOutputs>[3]) => {
      if (request.getUrn().includes("::pulumi:pulumi:Stack::")) ended(struct(request.getOutputs()));
      return registerOutputs(request, done);
    },
  });
}

/** A registration as it stands on the wire, and what it was answered. */
export function resourceOf(request: RegisterResourceRequest, response: RegisterResourceResponse): Resource {
  const parent = request.getParent();
  return {
    urn: response.getUrn(),
    type: request.getType(),
    name: request.getName(),
    inputs: struct(request.getObject()),
    outputs: { ...struct(response.getObject()), ...(response.getId() ? { id: response.getId() } : {}) },
    ...(parent ? { parent } : {}),
    dependencies: request.getDependenciesList(),
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
  };
}

const struct = (wire: { toJavaScript(): Record<string, unknown> } | undefined) => wire?.toJavaScript() ?? {};
