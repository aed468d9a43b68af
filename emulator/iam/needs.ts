import { AwsError } from "../awsError.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import type { ActionOf, ServiceName } from "../endpoint/services.ts";
import type { Need } from "./evaluate.ts";

/** What ARNs are made with. */
export interface Place {
  region: string;
  account: string;
}

/** What a call takes: resources on which its own action is needed (`*` where that knows none), and further needs. */
type Needs = (input: Record<string, unknown>, place: Place) => (string | Need)[];

/**
 * Every permission that an API call takes; all must be allowed. Only the calls that the project's roles make are known, any other
 * is refused. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function needsOf({ service, action, input }: ApiCall, place: Place): Need[] {
  const known: Record<string, Needs> = needs[service];
  const needed = known[action];
  if (!needed)
    throw new AwsError(
      "AccessDeniedException",
      `The embedded cloud doesn't know which permissions ${service}:${action} takes, so no role may call it: add it to emulator/iam.`,
    );
  // SNS spells its name so in what it refuses.
  const name = `${service === "sns" ? "SNS" : service}:${action}`;
  return needed(input, place).map((need) => (typeof need === "string" ? { action: name, resource: need } : need));
}

const everything: Needs = () => ["*"];

const member =
  (name: string): Needs =>
  (input) => [String(input[name])];

/** Resources are named by ARN, or by a name from which it is made. */
const arnOf = (name: unknown, made: string): string => (String(name).startsWith("arn:") ? String(name) : made);

const table: Needs = ({ TableName: name }, { region, account }) => [
  arnOf(name, `arn:aws:dynamodb:${region}:${account}:table/${name}`),
];

const clusterOf = ({ cluster = "default" }: Record<string, unknown>): string => String(cluster).replace(/.*\//, "");

const ecsService: Needs = (input, { region, account }) => [
  arnOf(input.service, `arn:aws:ecs:${region}:${account}:service/${clusterOf(input)}/${input.service}`),
];

/** On `*` unless a container instance is named, of which Fargate has none: https://github.com/cdklabs/construct-hub/pull/1207 */
const tasksOfCluster: Needs = (input, { region, account }) => [
  {
    action: "ecs:ListTasks",
    resource: "*",
    context: { "ecs:cluster": `arn:aws:ecs:${region}:${account}:cluster/${clusterOf(input)}` },
  },
];

/** AWS lists the service and what is of it as required. [unverified] that both are looked at; to ask for both is the safe side. */
const withService =
  (name: string): Needs =>
  (input) =>
    list(input[name]).flatMap((arn) => [
      arn.replace(/:service-(deployment|revision)\/([^/]+\/[^/]+)\/.*$/, ":service/$2"),
      arn,
    ]);

/** One, many or none. */
const list = (value: unknown): string[] => [value ?? []].flat().map(String);

const registering: Needs = ({ family, tags, taskRoleArn, executionRoleArn }, { region, account }) => {
  // Its revision isn't known before it is registered.
  const resource = `arn:aws:ecs:${region}:${account}:task-definition/${family}:*`;
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
  const context = { "ecs:CreateAction": "RegisterTaskDefinition" };
  const tagged = list(tags).length > 0 ? [{ action: "ecs:TagResource", resource, context }] : [];
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
  const to = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
  const passed = [...list(taskRoleArn), ...list(executionRoleArn)];
  return [resource, ...tagged, ...passed.map((arn) => ({ action: "iam:PassRole", resource: arn, context: to }))];
};

const needs: { [Name in ServiceName]: { [Action in ActionOf<Name>]?: Needs } } = {
  states: {
    StartExecution: member("stateMachineArn"),
    DescribeExecution: member("executionArn"),
    SendTaskSuccess: everything,
  },
  ecs: {
    DescribeTaskDefinition: everything,
    RegisterTaskDefinition: registering,
    DescribeServices: ({ services, ...input }, place) =>
      list(services).flatMap((service) => ecsService({ ...input, service }, place)),
    UpdateService: ecsService,
    ListServiceDeployments: ecsService,
    DescribeServiceDeployments: withService("serviceDeploymentArns"),
    StopServiceDeployment: withService("serviceDeploymentArn"),
    DescribeServiceRevisions: withService("serviceRevisionArns"),
    ListTasks: tasksOfCluster,
    DescribeTasks: (input, { region, account }) =>
      list(input.tasks).map((task) => arnOf(task, `arn:aws:ecs:${region}:${account}:task/${clusterOf(input)}/${task}`)),
  },
  dynamodb: {
    GetItem: table,
    PutItem: table,
    UpdateItem: table,
  },
  sns: { Publish: member("TopicArn") },
  logs: {
    GetLogEvents: ({ logGroupName, logStreamName }, { region, account }) => [
      `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:log-stream:${logStreamName}`,
    ],
  },
  // By ARN alone: a name would have to be looked up first.
  secretsmanager: { GetSecretValue: member("SecretId") },
};
