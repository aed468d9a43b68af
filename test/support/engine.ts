import * as grpc from "@grpc/grpc-js";
import type * as pulumi from "@pulumi/pulumi";
import engine from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages, { type LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import monitor from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages, {
  type RegisterResourceRequest,
  type RegisterResourceResponse,
  type ResourceInvokeRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Graph } from "../../emulator/graph/graph.ts";
import { rootType } from "../../emulator/graph/mocks.ts";
import { plainMap, resourceOf, wireMap } from "../../emulator/graph/wire.ts";

export interface EngineArgs {
  project: string;
  stack: string;
  /** What providers would answer. */
  answers: pulumi.runtime.Mocks;
}

/** What a program said to the engine. */
export interface Engine {
  /** Where both services listen: `127.0.0.1:<port>`. */
  address: string;
  graph: Graph;
  /** What the user would read as an error. */
  errors: string[];
  /** Whether the program has told that it has registered all that it will. */
  isComplete(): boolean;
  close(): void;
}

/**
 * The side of Pulumi's engine that a program talks to, over gRPC: ResourceMonitor and Engine
 * (https://github.com/pulumi/pulumi/tree/master/proto/pulumi). A call that it doesn't know fails as UNIMPLEMENTED.
 */
export async function startEngine({ project, stack, answers }: EngineArgs): Promise<Engine> {
  const graph: Graph = { stack, resources: [], outputs: {} };
  const errors: string[] = [];
  let root = "";
  let complete = false;

  const register = async (request: RegisterResourceRequest): Promise<RegisterResourceResponse> => {
    const type = request.getType();
    const name = request.getName();
    const inputs = plainMap(wireMap(request.getObject()));
    const { id, state } = await answers.newResource({ type, name, inputs });
    const response = new messages.RegisterResourceResponse();
    response.setUrn(urnOf({ project, stack, root }, request));
    response.setId(id ?? "");
    response.setObject(struct.Struct.fromJavaScript(state));
    if (type === rootType) root = response.getUrn();
    else graph.resources.push(resourceOf(request, response));
    return response;
  };
  const invoke = async (request: ResourceInvokeRequest) => {
    const inputs = request.getArgs()?.toJavaScript() ?? {};
    const response = new messages.ResourceInvokeResponse();
    response.setReturn(struct.Struct.fromJavaScript(await answers.call({ token: request.getTok(), inputs })));
    return response;
  };

  const server = new grpc.Server();
  server.addService(monitor.ResourceMonitorService, {
    // All of them, as the engine of the same version has them; a program asks before it uses one.
    getDeploymentInfo: answered(() => {
      const response = new messages.DeploymentInfo();
      response.setSupportedfeaturesList(
        Object.values(messages.ResourceMonitorFeature).filter((each) => typeof each === "number"),
      );
      return response;
    }),
    registerResource: answered(register),
    registerResourceOutputs: answered((request: messages.RegisterResourceOutputsRequest) => {
      if (request.getUrn() === root) graph.outputs = plainMap(wireMap(request.getOutputs()));
      return new empty.Empty();
    }),
    invoke: answered(invoke),
    signalAndWaitForShutdown: answered(() => {
      complete = true;
      return new empty.Empty();
    }),
  });
  server.addService(engine.EngineService, {
    log: answered((request: LogRequest) => {
      if (request.getSeverity() === engineMessages.LogSeverity.ERROR) errors.push(request.getMessage());
      return new empty.Empty();
    }),
    setRootResource: answered(() => new engineMessages.SetRootResourceResponse()),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    graph,
    errors,
    isComplete: () => complete,
    close: () => server.forceShutdown(),
  };
}

/** As the engine names: the type of the stack itself stays out (pkg/resource/deploy/step_generator.go, GenerateURN). */
function urnOf(
  { project, stack, root }: { project: string; stack: string; root: string },
  request: RegisterResourceRequest,
): string {
  const parent = request.getParent();
  const above = parent && parent !== root ? `${parent.split("::")[2]}$` : "";
  return `urn:pulumi:${stack}::${project}::${above}${request.getType()}::${request.getName()}`;
}

const answered =
  <Request, Response>(
    answer: (request: Request) => Response | Promise<Response>,
  ): grpc.handleUnaryCall<Request, Response> =>
  async ({ request }, callback) => {
    try {
      callback(null, await answer(request));
    } catch (error) {
      callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) });
    }
  };
