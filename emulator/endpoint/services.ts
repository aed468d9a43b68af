import type { Protocol } from "./http.ts";
import { jsonProtocol } from "./json.ts";
import { queryProtocol } from "./query.ts";

/** What the embedded cloud knows of each service; calls of any other action are refused. */
const actions = {
  states: [
    "DescribeExecution",
    "GetExecutionHistory",
    "ListExecutions",
    "SendTaskFailure",
    "SendTaskHeartbeat",
    "SendTaskSuccess",
    "StartExecution",
    "StopExecution",
  ],
  ecs: [
    "DeregisterTaskDefinition",
    "DescribeServiceDeployments",
    "DescribeServiceRevisions",
    "DescribeServices",
    "DescribeTaskDefinition",
    "DescribeTasks",
    "ListServiceDeployments",
    "ListTasks",
    "RegisterTaskDefinition",
    "StopServiceDeployment",
    "UpdateService",
  ],
  dynamodb: ["DeleteItem", "GetItem", "PutItem", "UpdateItem"],
  secretsmanager: ["GetSecretValue"],
  sns: ["Publish"],
  logs: ["GetLogEvents"],
} as const;

/** The name with which requests to the service are signed. */
export type ServiceName = keyof typeof actions;
export type ActionOf<Name extends ServiceName> = (typeof actions)[Name][number];

/** One service and how it speaks: by the protocol that its SDK client chooses by default. */
export interface Service {
  name: ServiceName;
  actions: readonly string[];
  protocol: Protocol;
}

export const services: readonly Service[] = [
  { name: "states", actions: actions.states, protocol: jsonProtocol("1.0", "AWSStepFunctions") },
  { name: "ecs", actions: actions.ecs, protocol: jsonProtocol("1.1", "AmazonEC2ContainerServiceV20141113") },
  { name: "dynamodb", actions: actions.dynamodb, protocol: jsonProtocol("1.0", "DynamoDB_20120810") },
  { name: "secretsmanager", actions: actions.secretsmanager, protocol: jsonProtocol("1.1", "secretsmanager") },
  { name: "logs", actions: actions.logs, protocol: jsonProtocol("1.1", "Logs_20140328") },
  { name: "sns", actions: actions.sns, protocol: queryProtocol("http://sns.amazonaws.com/doc/2010-03-31/") },
];
