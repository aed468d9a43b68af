import { ecsActions } from "../ecs/calls.ts";
import { jsonProtocol } from "./json.ts";
import type { Protocol } from "./protocol.ts";
import { queryProtocol } from "./query.ts";

export type ServiceName = "states" | "ecs" | "dynamodb" | "secretsmanager" | "sns";

/** How one service speaks. */
export interface Service {
  name: ServiceName;
  protocol: Protocol;
  /** What it knows of the service's API. */
  actions: readonly string[];
  /** The error for an access key that nobody issued. */
  unknownKey: { code: string; message: string; status: number };
}

const unknownToken = {
  code: "UnrecognizedClientException",
  message: "The security token included in the request is invalid.",
  status: 400,
};

/** The services that the embedded cloud speaks; each by the protocol that its SDK client chooses by default. */
export const services: readonly Service[] = [
  {
    name: "states",
    protocol: jsonProtocol("1.0", "AWSStepFunctions"),
    actions: [
      "StartExecution",
      "DescribeExecution",
      "GetExecutionHistory",
      "ListExecutions",
      "StopExecution",
      "SendTaskSuccess",
      "SendTaskFailure",
      "SendTaskHeartbeat",
    ],
    unknownKey: unknownToken,
  },
  {
    name: "ecs",
    protocol: jsonProtocol("1.1", "AmazonEC2ContainerServiceV20141113"),
    actions: Object.keys(ecsActions),
    unknownKey: unknownToken,
  },
  {
    name: "dynamodb",
    protocol: jsonProtocol("1.0", "DynamoDB_20120810"),
    actions: ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem"],
    unknownKey: unknownToken,
  },
  {
    name: "secretsmanager",
    protocol: jsonProtocol("1.1", "secretsmanager"),
    actions: ["GetSecretValue"],
    unknownKey: unknownToken,
  },
  {
    name: "sns",
    protocol: queryProtocol("sns", "http://sns.amazonaws.com/doc/2010-03-31/"),
    actions: ["Publish"],
    unknownKey: { ...unknownToken, code: "InvalidClientTokenId", status: 403 },
  },
];
