import { AwsError } from "../awsError.ts";
import type { ApiCall } from "../endpoint/serve.ts";
import { ecsNeeds } from "./ecsNeeds.ts";
import type { Need } from "./evaluate.ts";

/** What ARNs are made with. */
export interface Place {
  region: string;
  account: string;
}

type Input = Record<string, unknown>;
/** The permissions that one action takes, by its input. */
export type Needs = Readonly<Record<string, (input: Input, place: Place) => Need[]>>;

/**
 * Every permission that an API call takes; all must be allowed. Only the calls that the project's roles make are known, any other
 * is refused. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function needsOf(
  { service, action, input }: Pick<ApiCall, "service" | "action" | "input">,
  place: Place,
): Need[] {
  const known = needs[service][action];
  if (known) return known(input, place);
  throw new AwsError(
    "AccessDeniedException",
    `The embedded cloud doesn't know which permissions ${service}:${action} takes, so no role may call it: add it to local/iam.`,
  );
}

const on =
  (action: string, member: string) =>
  (input: Input): Need[] => [{ action, resource: String(input[member]) }];

const table = (name: string, { region, account }: Place) =>
  name.startsWith("arn:") ? name : `arn:aws:dynamodb:${region}:${account}:table/${name}`;

const onTable =
  (action: string) =>
  (input: Input, place: Place): Need[] => [{ action, resource: table(String(input.TableName), place) }];

const needs: Record<ApiCall["service"], Needs> = {
  states: {
    StartExecution: on("states:StartExecution", "stateMachineArn"),
    DescribeExecution: on("states:DescribeExecution", "executionArn"),
    SendTaskSuccess: () => [{ action: "states:SendTaskSuccess", resource: "*" }],
  },
  ecs: ecsNeeds,
  dynamodb: {
    GetItem: onTable("dynamodb:GetItem"),
    PutItem: onTable("dynamodb:PutItem"),
    UpdateItem: onTable("dynamodb:UpdateItem"),
    BatchGetItem: (input, place) =>
      Object.keys(input.RequestItems ?? {}).map((name) => ({
        action: "dynamodb:BatchGetItem",
        resource: table(name, place),
      })),
  },
  // SNS spells its name so in what it refuses.
  sns: { Publish: on("SNS:Publish", "TopicArn") },
  // By ARN alone: a name would have to be looked up first.
  secretsmanager: { GetSecretValue: on("secretsmanager:GetSecretValue", "SecretId") },
};
