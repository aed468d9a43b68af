import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { clientSettings, noticeSettings } from "../contract/clients.ts";
import { gateHandler } from "./gateHandler.ts";

/** The Lambda that decides: admit, lock, markGood, close. */
export const handler = gateHandler(process.env, {
  dynamodb: new DynamoDBClient(clientSettings),
  sfn: new SFNClient(clientSettings),
  sns: new SNSClient(noticeSettings),
});
