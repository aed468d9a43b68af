import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  type GetItemCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeServiceDeploymentsCommand,
  type DescribeServiceDeploymentsCommandInput,
  type DescribeServiceDeploymentsCommandOutput,
  DescribeServiceRevisionsCommand,
  type DescribeServiceRevisionsCommandInput,
  type DescribeServiceRevisionsCommandOutput,
  DescribeServicesCommand,
  type DescribeServicesCommandInput,
  type DescribeServicesCommandOutput,
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandInput,
  type DescribeTaskDefinitionCommandOutput,
  DescribeTasksCommand,
  type DescribeTasksCommandInput,
  type DescribeTasksCommandOutput,
  type ECSClient,
  ListServiceDeploymentsCommand,
  type ListServiceDeploymentsCommandInput,
  type ListServiceDeploymentsCommandOutput,
  ListTasksCommand,
  type ListTasksCommandInput,
  type ListTasksCommandOutput,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type RegisterTaskDefinitionCommandOutput,
  StopServiceDeploymentCommand,
  type StopServiceDeploymentCommandInput,
  type StopServiceDeploymentCommandOutput,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  type UpdateServiceCommandOutput,
} from "@aws-sdk/client-ecs";
import { type ProbeInput, type ProbeOutput, probe } from "./probe.ts";

export interface DeploymentClients {
  ecs: ECSClient;
  dynamodb: DynamoDBClient;
  logs: CloudWatchLogsClient;
  fetch: typeof fetch;
}

/** Every call that this room may make: [input, output]. Its role grants AWS's among these and no others. */
export interface Operations {
  GetItem: [GetItemCommandInput, GetItemCommandOutput];
  UpdateItem: [UpdateItemCommandInput, UpdateItemCommandOutput];
  DescribeTaskDefinition: [DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionCommandOutput];
  RegisterTaskDefinition: [RegisterTaskDefinitionCommandInput, RegisterTaskDefinitionCommandOutput];
  DescribeServices: [DescribeServicesCommandInput, DescribeServicesCommandOutput];
  UpdateService: [UpdateServiceCommandInput, UpdateServiceCommandOutput];
  ListServiceDeployments: [ListServiceDeploymentsCommandInput, ListServiceDeploymentsCommandOutput];
  DescribeServiceDeployments: [DescribeServiceDeploymentsCommandInput, DescribeServiceDeploymentsCommandOutput];
  DescribeServiceRevisions: [DescribeServiceRevisionsCommandInput, DescribeServiceRevisionsCommandOutput];
  StopServiceDeployment: [StopServiceDeploymentCommandInput, StopServiceDeploymentCommandOutput];
  ListTasks: [ListTasksCommandInput, ListTasksCommandOutput];
  DescribeTasks: [DescribeTasksCommandInput, DescribeTasksCommandOutput];
  GetLogEvents: [GetLogEventsCommandInput, GetLogEventsCommandOutput];
  /** Not AWS's: one request as a user makes it. */
  Probe: [ProbeInput, ProbeOutput];
}
export type Action = keyof Operations;
export type Input<A extends Action> = Operations[A][0];
/** As the service answers it, without the client's own `$metadata`. Times may be `Date` (client) or epoch seconds (wire). */
export type Output<A extends Action> = Omit<Operations[A][1], "$metadata">;
export type Senders = { [A in Action]: (input: Input<A>) => Promise<Output<A>> };

/** The calls, made with real clients. */
export function createSenders({ ecs, dynamodb, logs, fetch }: DeploymentClients): Senders {
  return {
    GetItem: (input) => dynamodb.send(new GetItemCommand(input)),
    UpdateItem: (input) => dynamodb.send(new UpdateItemCommand(input)),
    DescribeTaskDefinition: (input) => ecs.send(new DescribeTaskDefinitionCommand(input)),
    RegisterTaskDefinition: (input) => ecs.send(new RegisterTaskDefinitionCommand(input)),
    DescribeServices: (input) => ecs.send(new DescribeServicesCommand(input)),
    UpdateService: (input) => ecs.send(new UpdateServiceCommand(input)),
    ListServiceDeployments: (input) => ecs.send(new ListServiceDeploymentsCommand(input)),
    DescribeServiceDeployments: (input) => ecs.send(new DescribeServiceDeploymentsCommand(input)),
    DescribeServiceRevisions: (input) => ecs.send(new DescribeServiceRevisionsCommand(input)),
    StopServiceDeployment: (input) => ecs.send(new StopServiceDeploymentCommand(input)),
    ListTasks: (input) => ecs.send(new ListTasksCommand(input)),
    DescribeTasks: (input) => ecs.send(new DescribeTasksCommand(input)),
    GetLogEvents: (input) => logs.send(new GetLogEventsCommand(input)),
    Probe: (input) => probe(fetch, input),
  };
}
