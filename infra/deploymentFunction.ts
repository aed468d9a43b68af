import * as pulumi from "@pulumi/pulumi";
import { serviceName } from "./ecsService.ts";
import { LambdaFunction } from "./lambdaFunction.ts";
import { ledgerName } from "./ledger.ts";
import type { Place } from "./place.ts";
import { anything, type Statement } from "./role.ts";

export interface DeploymentFunctionArgs {
  place: Place;
  code: pulumi.asset.Archive;
  /** Roles that go along with each release. */
  taskRoleArns: pulumi.Output<string>[];
  /** Desired count that the first release sets. */
  tasks: number;
  /** Origin that users open. */
  address: string;
  /** Path that the load balancer asks. */
  healthPath: string;
  /** ARN of the function that ECS asks before it shifts users' traffic: a release where it is missing is held back. */
  hook: pulumi.Output<string>;
  /** ARN of the listener rule that users' requests go through. */
  productionRule: pulumi.Output<string>;
  scaleUpMinutes: number;
  bakeMinutes: number;
  /** ARN of the group that the application's log goes to: its last lines are shown where a release never gets up. */
  logGroup: pulumi.Output<string>;
}

/** The function that moves the service; with the machines' roles, the only one that changes anything users see. */
export const deploymentFunction = (args: DeploymentFunctionArgs): LambdaFunction => {
  const { place, code, taskRoleArns, logGroup } = args;
  return new LambdaFunction("deploy", {
    place,
    description: "Moves the ECS service: deploy, look, restore, survey",
    code,
    handler: "handler",
    timeoutSeconds: 50,
    environment: {
      LEDGER: ledgerName(place),
      CLUSTER: serviceName(place),
      SERVICE: serviceName(place),
      FAMILY: serviceName(place),
      TASKS: String(args.tasks),
      ADDRESS: args.address,
      HEALTH_PATH: args.healthPath,
      HOOK: args.hook,
      PRODUCTION_RULE: args.productionRule,
      SCALE_UP_MINUTES: String(args.scaleUpMinutes),
      BAKE_MINUTES: String(args.bakeMinutes),
    },
    statements: [
      {
        actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        resources: [place.arn("dynamodb", `table/${ledgerName(place)}`)],
      },
      ...ecs(place),
      { actions: ["logs:GetLogEvents"], resources: [pulumi.interpolate`${logGroup}:log-stream:*`] },
      {
        actions: ["iam:PassRole"],
        resources: taskRoleArns,
        condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
    ],
  });
};

/** Which resources each action names: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
function ecs(place: Place): Statement[] {
  const name = serviceName(place);
  const service = place.arn("ecs", `service/${name}/${name}`);
  const family = place.arn("ecs", `task-definition/${name}:*`);
  return [
    // Has no resource-level permissions.
    { actions: ["ecs:DescribeTaskDefinition"], resources: anything },
    { actions: ["ecs:RegisterTaskDefinition"], resources: [family] },
    {
      actions: ["ecs:TagResource"],
      resources: [family],
      condition: { StringEquals: { "ecs:CreateAction": "RegisterTaskDefinition" } },
    },
    { actions: ["ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:UpdateService"], resources: [service] },
    {
      actions: ["ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment"],
      resources: [service, place.arn("ecs", `service-deployment/${name}/${name}/*`)],
    },
    {
      actions: ["ecs:DescribeServiceRevisions"],
      resources: [service, place.arn("ecs", `service-revision/${name}/${name}/*`)],
    },
    // Its resource would be a container instance, which Fargate has none of.
    {
      actions: ["ecs:ListTasks"],
      resources: anything,
      condition: { ArnEquals: { "ecs:cluster": place.arn("ecs", `cluster/${name}`) } },
    },
    { actions: ["ecs:DescribeTasks"], resources: [place.arn("ecs", `task/${name}/*`)] },
  ];
}
