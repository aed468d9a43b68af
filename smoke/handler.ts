import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { admission } from "./admission.ts";
import { systemClock as clock } from "./clock.ts";
import { smokeStep } from "./step.ts";

const secrets = new SecretsManagerClient();
const ecs = new ECSClient();
const dynamodb = new DynamoDBClient();

/** The Lambda that the machines call. */
export const step = async (call: unknown) => smokeStep(process.env, { secrets, fetch, clock })(call);

/** The Lambda that ECS calls before it shifts users' traffic. */
export const admit = async (event: unknown) => admission(process.env, { secrets, ecs, dynamodb, fetch, clock })(event);
