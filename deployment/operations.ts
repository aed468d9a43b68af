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
  type ECSClient,
  ListServiceDeploymentsCommand,
  type ListServiceDeploymentsCommandInput,
  type ListServiceDeploymentsCommandOutput,
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

export interface Clients {
  ecs: ECSClient;
  dynamodb: DynamoDBClient;
}

/** Every AWS call that this room may make: [input, output]. Its role grants these and no others. */
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
}
export type Action = keyof Operations;
export type Input<A extends Action> = Operations[A][0];
/** As the service answers it, without the client's own `$metadata`. Times may be `Date` (client) or epoch seconds (wire). */
export type Output<A extends Action> = Omit<Operations[A][1], "$metadata">;

/** The calls, made with real clients. */
export function operations({ ecs, dynamodb }: Clients): { [A in Action]: (input: Input<A>) => Promise<Output<A>> } {
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
  };
}
