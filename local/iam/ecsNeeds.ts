import type { Need } from "./evaluate.ts";
import type { Needs, Place } from "./needs.ts";

/** What ECS's actions take: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
export const ecsNeeds: Needs = {
  DescribeTaskDefinition: () => [{ action: "ecs:DescribeTaskDefinition", resource: "*" }],
  RegisterTaskDefinition: ({ family, taskRoleArn, executionRoleArn, tags }, { region, account }) => {
    // Its revision isn't known before it is registered.
    const resource = `arn:aws:ecs:${region}:${account}:task-definition/${family}:*`;
    return [
      { action: "ecs:RegisterTaskDefinition", resource },
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
      ...(Array.isArray(tags) && tags.length > 0
        ? [{ action: "ecs:TagResource", resource, context: { "ecs:CreateAction": "RegisterTaskDefinition" } }]
        : []),
      ...[taskRoleArn, executionRoleArn].flatMap(passing),
    ];
  },
  DescribeServices: ({ services, cluster }, place) =>
    list(services).map((name) => ({ action: "ecs:DescribeServices", resource: service(name, cluster, place) })),
  UpdateService: (input, place) => [
    { action: "ecs:UpdateService", resource: service(input.service, input.cluster, place) },
  ],
  ListServiceDeployments: (input, place) => [
    { action: "ecs:ListServiceDeployments", resource: service(input.service, input.cluster, place) },
  ],
  DescribeServiceDeployments: ({ serviceDeploymentArns }) =>
    list(serviceDeploymentArns).flatMap(withService("ecs:DescribeServiceDeployments")),
  StopServiceDeployment: ({ serviceDeploymentArn }) =>
    withService("ecs:StopServiceDeployment")(String(serviceDeploymentArn)),
  DescribeServiceRevisions: ({ serviceRevisionArns }) =>
    list(serviceRevisionArns).flatMap(withService("ecs:DescribeServiceRevisions")),
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
const passing = (roleArn: unknown): Need[] =>
  typeof roleArn === "string"
    ? [{ action: "iam:PassRole", resource: roleArn, context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }]
    : [];

/** AWS lists the service and what is of it as required. [unverified] that both are looked at; to ask for both is the safe side. */
const withService =
  (action: string) =>
  (arn: string): Need[] => {
    const ofService = arn.replace(/:service-(deployment|revision)\/([^/]+\/[^/]+)\/.*$/, ":service/$2");
    return [
      { action, resource: ofService },
      { action, resource: arn },
    ];
  };

/** A service by name or ARN, in a cluster by name or ARN. */
const service = (name: unknown, cluster: unknown, { region, account }: Place): string =>
  String(name).startsWith("arn:")
    ? String(name)
    : `arn:aws:ecs:${region}:${account}:service/${String(cluster ?? "default")
        .split("/")
        .at(-1)}/${name}`;

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
