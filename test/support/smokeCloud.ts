import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { AwsError } from "../../emulator/awsError.ts";
import type { ApiCall } from "../../emulator/endpoint/serve.ts";
import { inProcess } from "./inProcess.ts";
import { sdkRetries } from "./sdkRetries.ts";
import { deployment, revision, source, sourceTaskDefinition, taskDefinitionOf } from "./smokeLedger.ts";
import type { SmokeTime } from "./smokeTime.ts";
import { candidate, smokeMerchant } from "./smokeWorld.ts";

export interface CloudArgs {
  /** Task definition that the deployment brings. */
  taskDefinition?: string;
  /** The revision that the deployment brings, where it isn't the event's. */
  deploys?: string;
  /** The service has no source revision. */
  isFirst?: boolean;
  /** Environment variables of the task definition that the source revision runs. */
  source?: Record<string, string>;
  /** The ledger's environment item; absent = it is missing. */
  environment?: object;
  /** Execution ARN → status; Step Functions knows no other. */
  executions?: Record<string, string>;
  secret?: string;
  /** Actions that this caller may not use. */
  denied?: string[];
  /** Actions that are never answered. */
  hanging?: string[];
}

export interface Notice {
  topic: unknown;
  subject: unknown;
  message: unknown;
  to: unknown;
}

/** Unmodified SDK clients before as much of AWS as the smoke room uses; `ledger` is what stands in the table. */
export function smokeCloud(args: CloudArgs, clock: SmokeTime) {
  const ledger = new Map<string, Record<string, unknown>>();
  if (args.environment) ledger.set("environment", { ...args.environment });
  const notices: Notice[] = [];
  const call = async ({ action, input }: ApiCall) => {
    if (args.denied?.includes(action))
      throw new AwsError("AccessDeniedException", `not authorized to perform ${action}`);
    return answer(action, input, args, { ledger, notices });
  };
  const requestHandler = inProcess({ call, callers: new Map([["AKIASMOKE", "arn:aws:iam::000000000000:role/smoke"]]) });
  const credentials = { accessKeyId: "AKIASMOKE", secretAccessKey: "none" };
  const options = { requestHandler, credentials, region: "eu-central-1", retryStrategy: sdkRetries };
  const secrets = new SecretsManagerClient(options);
  const ecs = new ECSClient(options);
  const dynamodb = new DynamoDBClient(options);
  const sfn = new SFNClient(options);
  const sns = new SNSClient(options);
  const isHanging = (command: string | undefined) => args.hanging?.some((action) => command === `${action}Command`);
  // A client's way to its request takes turns of the event loop too: time stands still from send to answer.
  const onTime =
    <In, Out>(next: (call: In) => Promise<Out>, { commandName }: { commandName?: string }) =>
    (call: In) =>
      isHanging(commandName) ? new Promise<Out>(() => {}) : clock.during(() => next(call));
  secrets.middlewareStack.add(onTime, { step: "initialize" });
  ecs.middlewareStack.add(onTime, { step: "initialize" });
  dynamodb.middlewareStack.add(onTime, { step: "initialize" });
  sfn.middlewareStack.add(onTime, { step: "initialize" });
  sns.middlewareStack.add(onTime, { step: "initialize" });
  return { ledger, notices, secrets, ecs, dynamodb, sfn, sns };
}

type Item = Parameters<typeof unmarshall>[0];
type Input = Record<string, unknown>;
interface Stores {
  ledger: Map<string, Record<string, unknown>>;
  notices: Notice[];
}

function answer(action: string, input: Input, args: CloudArgs, { ledger, notices }: Stores): unknown {
  switch (action) {
    case "GetSecretValue":
      return { SecretString: args.secret ?? JSON.stringify(smokeMerchant) };
    case "DescribeServiceRevisions": {
      const taskDefinition = args.taskDefinition ?? taskDefinitionOf(candidate);
      const revisions = [
        { serviceRevisionArn: revision, taskDefinition },
        { serviceRevisionArn: source, taskDefinition: sourceTaskDefinition },
      ];
      const arns = input.serviceRevisionArns as string[];
      return { serviceRevisions: revisions.filter(({ serviceRevisionArn: arn }) => arns.includes(arn)) };
    }
    case "DescribeServiceDeployments": {
      const dead = { arn: source.replace(/1$/, "0"), requestedProductionTrafficWeight: 0 };
      const sources = [dead, { arn: source, requestedProductionTrafficWeight: 100 }];
      const sourceServiceRevisions = args.isFirst ? [] : sources;
      const targetServiceRevision = { arn: args.deploys ?? revision };
      return {
        serviceDeployments: [{ serviceDeploymentArn: deployment, sourceServiceRevisions, targetServiceRevision }],
      };
    }
    case "DescribeTaskDefinition": {
      if (input.taskDefinition !== sourceTaskDefinition) throw new AwsError("ClientException", "no such definition");
      const environment = Object.entries(args.source ?? {}).map(([name, value]) => ({ name, value }));
      return { taskDefinition: { containerDefinitions: [{ name: "app", environment }] } };
    }
    case "DescribeExecution": {
      const status = args.executions?.[String(input.executionArn)];
      if (status === undefined) throw new AwsError("ExecutionDoesNotExist", "Execution Does Not Exist");
      return { executionArn: input.executionArn, status };
    }
    case "Publish": {
      const { to } = input.MessageAttributes as { to?: { StringValue?: string } };
      notices.push({ topic: input.TopicArn, subject: input.Subject, message: input.Message, to: to?.StringValue });
      return { MessageId: "1" };
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
