import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { deploymentHandler } from "./deploymentHandler.ts";

/** The Lambda that moves the ECS service: deploy, look, restore, stop. */
export const handler = deploymentHandler(process.env, { ecs: new ECSClient(), dynamodb: new DynamoDBClient() });
