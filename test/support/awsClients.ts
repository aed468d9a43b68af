import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";

export const region = "eu-central-1";
/** Known to the test's endpoint as {@link callers} says. */
export const accessKeyId = "AKIDGREENGATE";
export const role = "arn:aws:iam::123456789012:role/deployment";
export const callers: ReadonlyMap<string, string> = new Map([[accessKeyId, role]]);

/** The unmodified clients, aimed at an endpoint; `maxAttempts: 1` so that an error is seen as it came. */
export function awsClients(endpoint: string, key = accessKeyId) {
  const config = {
    endpoint,
    region,
    credentials: { accessKeyId: key, secretAccessKey: "unused" },
    maxAttempts: 1,
  };
  return {
    sfn: new SFNClient(config),
    ecs: new ECSClient(config),
    dynamodb: new DynamoDBClient(config),
    secrets: new SecretsManagerClient(config),
    sns: new SNSClient(config),
  };
}
