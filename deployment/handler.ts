import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { clientSettings } from "../contract/clients.ts";
import { deploymentHandler } from "./deploymentHandler.ts";

/** The Lambda that moves the ECS service: deploy, look, restore, survey. */
export const handler = deploymentHandler(process.env, {
  ecs: new ECSClient(clientSettings),
  dynamodb: new DynamoDBClient(clientSettings),
  logs: new CloudWatchLogsClient(clientSettings),
  fetch,
});
