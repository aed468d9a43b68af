import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import type { LambdaEvent } from "hono/aws-lambda";
import type { AskCall } from "../stateMachine/calls.ts";
import { answering } from "./answering.ts";
import { asking } from "./asking.ts";

const dynamodb = new DynamoDBClient();
const sns = new SNSClient();
const sfn = new SFNClient();

/** The function that the gate invokes with a task token. Each of the two has only its own variables and rights. */
export const ask = (call: AskCall) => asking(process.env, { dynamodb, sns })(call);

/** The function behind the function URL. */
export const answer = (event: LambdaEvent) => answering(process.env, { dynamodb, sfn, sns })(event);
