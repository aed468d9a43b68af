import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../emulator/awsError.ts";
import type { ApiCall } from "../../emulator/endpoint/serve.ts";
import type { EnvironmentItem, Good } from "../../stateMachine/ledger.ts";
import { inProcess } from "./inProcess.ts";
import type { SmokeTime } from "./smokeTime.ts";
import { type Colour, smokeMerchant } from "./smokeWorld.ts";

export const deployment = "arn:aws:ecs:eu-central-1:000000000000:service-deployment/shop/shop-dev/d2";
export const revision = "arn:aws:ecs:eu-central-1:000000000000:service-revision/shop/shop-dev/2";

/** As ECS sends it at this stage: both weights empty. */
export const hookEvent = {
  executionId: "e8d5a28f",
  lifecycleStage: "POST_TEST_TRAFFIC_SHIFT",
  resourceArn: deployment,
  executionDetails: {
    serviceArn: "arn:aws:ecs:eu-central-1:000000000000:service/shop/shop-dev",
    targetServiceRevisionArn: revision,
    testTrafficWeights: {},
    productionTrafficWeights: {},
  },
};

export interface CloudArgs {
  /** What the deployment brings. */
  taskDefinition?: string;
  isFirst?: boolean;
  /** The revision that the deployment brings, where it isn't the event's. */
  deploys?: string;
  environment?: Partial<EnvironmentItem>;
  secret?: string;
  /** Actions that this caller may not use. */
  denied?: string[];
}

/** Unmodified SDK clients before as much of AWS as the smoke room uses; `ledger` is what stands in the table. */
export function smokeCloud(args: CloudArgs, clock: SmokeTime) {
  const ledger = new Map<string, Record<string, unknown>>();
  if (args.environment !== undefined) ledger.set("environment", { id: "environment", ...args.environment });
  const call = async ({ action, input }: ApiCall) => {
    if (args.denied?.includes(action))
      throw new AwsError("AccessDeniedException", `not authorized to perform ${action}`);
    return answer(action, input, args, ledger);
  };
  const requestHandler = inProcess({ call, callers: new Map([["AKIASMOKE", "arn:aws:iam::000000000000:role/smoke"]]) });
  const credentials = { accessKeyId: "AKIASMOKE", secretAccessKey: "none" };
  const options = { requestHandler, credentials, region: "eu-central-1" };
  const secrets = new SecretsManagerClient(options);
  const ecs = new ECSClient(options);
  const dynamodb = new DynamoDBClient(options);
  // A client's way to its request takes turns of the event loop too: time stands still from send to answer.
  secrets.middlewareStack.add((next) => (call) => clock.during(() => next(call)), { step: "initialize" });
  ecs.middlewareStack.add((next) => (call) => clock.during(() => next(call)), { step: "initialize" });
  dynamodb.middlewareStack.add((next) => (call) => clock.during(() => next(call)), { step: "initialize" });
  return { ledger, secrets, ecs, dynamodb };
}

export const taskDefinitionOf = ({ build }: Colour) =>
  `arn:aws:ecs:eu-central-1:000000000000:task-definition/shop-dev:${build}`;

export function goodOf(colour: Colour): Good {
  const digest = `sha256:${"a".repeat(64)}`;
  const { release, commit } = colour;
  return { taskDefinition: taskDefinitionOf(colour), release, commit, digest, image: `shop@${digest}`, sequence: 1 };
}

export function announced(colour: Colour, smoke: "enforce" | "advisory" = "enforce") {
  const { taskDefinition, release, commit, digest } = goodOf(colour);
  return { taskDefinition, release, commit, digest, smoke };
}

type Ledger = Map<string, Record<string, unknown>>;
type Item = Parameters<typeof unmarshall>[0];

function answer(action: string, input: Record<string, unknown>, args: CloudArgs, ledger: Ledger): unknown {
  switch (action) {
    case "GetSecretValue":
      return { SecretString: args.secret ?? JSON.stringify(smokeMerchant) };
    case "DescribeServiceRevisions":
      return { serviceRevisions: [{ serviceRevisionArn: revision, taskDefinition: args.taskDefinition }] };
    case "DescribeServiceDeployments": {
      const sourceServiceRevisions = args.isFirst ? [] : [{ arn: revision.replace(/2$/, "1") }];
      const targetServiceRevision = { arn: args.deploys ?? revision };
      return {
        serviceDeployments: [{ serviceDeploymentArn: deployment, sourceServiceRevisions, targetServiceRevision }],
      };
    }
    case "GetItem": {
      const item = ledger.get("environment");
      return item === undefined ? {} : { Item: marshall(item) };
    }
    case "PutItem": {
      const item = unmarshall(input.Item as Item);
      ledger.set(String(item.id), item);
      return {};
    }
    default:
      throw new AwsError("UnknownOperationException", action);
  }
}
