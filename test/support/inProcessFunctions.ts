import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { answerHandler } from "../../approval/answerHandler.ts";
import { askHandler } from "../../approval/askHandler.ts";
import { deploymentHandler } from "../../deployment/deploymentHandler.ts";
import type { Clock } from "../../emulator/clock.ts";
import type { FunctionResource } from "../../emulator/cloud/account.ts";
import type { RunningFunction } from "../../emulator/cloud/cloud.ts";
import type { Call } from "../../emulator/endpoint/serve.ts";
import { gateHandler } from "../../gate/gateHandler.ts";
import { admission } from "../../smoke/admission.ts";
import { smokeStep } from "../../smoke/step.ts";
import { inProcess } from "./inProcess.ts";
import { sdkRetries } from "./sdkRetries.ts";

/**
 * The real handlers with real SDK clients, in this process: what a worker would do, on the story's clock. The clients speak AWS's
 * protocols to the cloud without a socket.
 */
export function inProcessFunction(
  resource: FunctionResource,
  { clock, call, hosts }: { clock: Clock; call: Call; hosts: Record<string, string> },
): RunningFunction {
  const { environment, roleArn, region } = resource;
  const accessKeyId = "AKIDSTORY";
  const client = {
    region,
    credentials: { accessKeyId, secretAccessKey: "of no use" },
    requestHandler: inProcess({ call, callers: new Map([[accessKeyId, roleArn]]) }),
    retryStrategy: sdkRetries,
  };
  const fetchThere: typeof fetch = (input, init) => {
    const url = new URL(String(input instanceof Request ? input.url : input));
    const host = hosts[url.origin];
    if (!host) throw new TypeError(`fetch failed: ENOTFOUND ${url.origin}`);
    return clock.during(() => fetch(new URL(url.pathname + url.search, host), init));
  };
  // A client's way to its request takes turns of the event loop: time stands still from send to answer.
  const ecs = () => {
    const made = new ECSClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const dynamodb = () => {
    const made = new DynamoDBClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const secrets = () => {
    const made = new SecretsManagerClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const sns = () => {
    const made = new SNSClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const sfn = () => {
    const made = new SFNClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const logs = () => {
    const made = new CloudWatchLogsClient(client);
    made.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
    return made;
  };
  const smoking = () => ({ clock, fetch: fetchThere, secrets: secrets() });
  const handlers: Record<string, () => (event: never) => Promise<unknown>> = {
    gate: () => gateHandler(environment, { dynamodb: dynamodb(), sfn: sfn(), sns: sns() }),
    deploy: () => deploymentHandler(environment, { ecs: ecs(), dynamodb: dynamodb(), logs: logs(), fetch: fetchThere }),
    smoke: () => smokeStep(environment, smoking()),
    admission: () => admission(environment, { ...smoking(), ecs: ecs(), dynamodb: dynamodb(), sfn: sfn(), sns: sns() }),
    ask: () => askHandler(environment, { dynamodb: dynamodb(), sns: sns() }),
    answer: () => answerHandler(environment, { dynamodb: dynamodb(), sfn: sfn(), sns: sns() }),
  };
  const make = handlers[resource.name.split("-").at(-1) ?? ""];
  if (!make) throw new Error(`${resource.name}: no handler of that name`);
  const handler = make();
  return {
    async invoke(event) {
      try {
        const answer = await handler(JSON.parse(JSON.stringify(event)) as never);
        return { payload: JSON.parse(JSON.stringify(answer ?? null)) };
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        return { error: { errorType: name, errorMessage: message } };
      }
    },
    async close() {},
  };
}
