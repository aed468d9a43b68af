import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import type { LambdaEvent } from "hono/aws-lambda";
import { clientSettings, noticeSettings } from "../contract/clients.ts";
import { answerHandler } from "./answerHandler.ts";
import { askHandler } from "./askHandler.ts";

const dynamodb = new DynamoDBClient(clientSettings);
const sfn = new SFNClient(clientSettings);
const sns = new SNSClient(noticeSettings);

/** The Lambda that a release invokes with a task token. Each of the two has only its own variables and rights. */
export const ask = (call: unknown) => askHandler(process.env, { dynamodb, sns })(call);

/** The Lambda behind the function URL. */
export const answer = (event: LambdaEvent) => answerHandler(process.env, { dynamodb, sfn, sns })(event);
