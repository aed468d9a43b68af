import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import { answering } from "../../approval/answering.ts";
import { asking } from "../../approval/asking.ts";
import { deploymentHandler } from "../../deployment/deploymentHandler.ts";
import type { Clock } from "../../local/clock.ts";
import type { FunctionResource } from "../../local/cloud/account.ts";
import type { RunningFunction } from "../../local/cloud/cloud.ts";
import { inProcess } from "../../local/endpoint/inProcess.ts";
import type { Call } from "../../local/endpoint/serve.ts";
import { admission } from "../../smoke/admission.ts";
import { smokeStep } from "../../smoke/step.ts";
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
  const ecs = new ECSClient(client);
  const dynamodb = new DynamoDBClient(client);
  const secrets = new SecretsManagerClient(client);
  const sns = new SNSClient(client);
  const sfn = new SFNClient(client);
  // A client's way to its request takes turns of the event loop: time stands still from send to answer.
  ecs.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
  dynamodb.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
  secrets.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
  sns.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
  sfn.middlewareStack.add((next) => (args) => clock.during(() => next(args)), { step: "initialize" });
  const smoking = { clock, fetch: fetchThere, secrets };
  const handlers: Record<string, () => (event: never) => Promise<unknown>> = {
    deploy: () => deploymentHandler(environment, { ecs, dynamodb }),
    smoke: () => smokeStep(environment, smoking),
    admission: () => admission(environment, { ...smoking, ecs, dynamodb }),
    ask: () => asking(environment, { dynamodb, sns }),
    answer: () => answering(environment, { dynamodb, sfn, sns }),
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
