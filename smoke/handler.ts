import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { clientSettings, noticeSettings } from "../contract/clients.ts";
import { admission } from "./admission.ts";
import { systemClock as clock } from "./clock.ts";
import { smokeStep } from "./step.ts";

const secrets = new SecretsManagerClient(clientSettings);
const ecs = new ECSClient(clientSettings);
const dynamodb = new DynamoDBClient(clientSettings);
const sfn = new SFNClient(clientSettings);
const sns = new SNSClient(noticeSettings);

/** The Lambda that the machines call. Each of the two has only its own variables and rights. */
export const step = async (call: unknown) => smokeStep(process.env, { secrets, fetch, clock })(call);

/** The Lambda that ECS calls before it shifts users' traffic. */
export const admit = async (event: unknown) =>
  admission(process.env, { secrets, ecs, dynamodb, sfn, sns, fetch, clock })(event);
