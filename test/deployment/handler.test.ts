import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { deploymentHandler } from "../../deployment/deploymentHandler.ts";
import { AwsError } from "../../emulator/awsError.ts";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { inProcess } from "../support/inProcess.ts";
import { commit, deploying, good, lock } from "../support/shop.ts";

const env = { LEDGER: "ledger", CLUSTER: "shop", SERVICE: "shop", FAMILY: "shop", TASKS: "2" };

/** AWS's own clients, whose requests the pure world answers in this process. */
function clientsOf(world: World) {
  const requestHandler = inProcess({
    callers: new Map([["KEY", "arn:aws:iam::111122223333:role/deploy"]]),
    async call({ action, input }) {
      const reply = world.answer({ action, input });
      if ("error" in reply) throw new AwsError(reply.error.name, reply.error.message);
      return reply.output;
    },
  });
  const client = {
    requestHandler,
    endpoint: "http://in-process.invalid",
    region: "eu-central-1",
    credentials: { accessKeyId: "KEY", secretAccessKey: "unused" },
    maxAttempts: 1,
  };
  return { ecs: new ECSClient(client), dynamodb: new DynamoDBClient(client) };
}

function deployed() {
  const world = deploymentWorld();
  world.write({ id: "environment", ...lock });
  return { world, handler: deploymentHandler(env, clientsOf(world)) };
}

describe("the deployment function", () => {
  it("deploys, looks, stops and restores through AWS's clients", async () => {
    const { world, handler } = deployed();
    const first = world.run(deploying("a")).taskDefinition;
    world.lookUntil(first, "finished");

    const answer = await handler(deploying("b"));
    const taskDefinition = first.replace(/1$/, "2");
    expect(answer).toEqual({ taskDefinition });
    world.pass(15);
    expect(await handler({ action: "look", taskDefinition })).toMatchObject({ stage: "starting" });
    expect(await handler({ action: "stop" })).toMatchObject({ stopped: true });
    world.pass(120);
    expect(await handler({ action: "look", taskDefinition })).toMatchObject({ stage: "undone" });
    expect(await handler({ action: "restore", ...lock, target: good("a", first) })).toMatchObject({ stage: "back" });
    expect(world.serves()).toBe(commit("a"));
  });

  it("throws under names that the machine matches: its own, and AWS's where nobody expects them", async () => {
    const { world, handler } = deployed();
    await expect(handler({ ...deploying("a"), fence: 8 })).rejects.toMatchObject({ name: "LockLost" });
    const elsewhere = deploymentHandler({ ...env, CLUSTER: "nowhere" }, clientsOf(world));
    await expect(elsewhere({ action: "stop" })).rejects.toMatchObject({
      name: "ClusterNotFoundException",
      message: expect.stringMatching(/^ListServiceDeployments: /),
    });
  });

  it("says in one line all that is wrong with a call, and does nothing", async () => {
    const { world, handler } = deployed();
    const wrong = deploying("a", { template: "shop-template" });
    wrong.candidate.image = "registry/shop:latest";
    wrong.candidate.commit = "main";
    await expect(handler({ ...wrong, fence: "7" })).rejects.toMatchObject({
      name: "InvalidCall",
      message:
        'deployment: fence must be number, not "7"; candidate.image must be repository@sha256:<64 hex digits>, not "registry/shop:latest"; candidate.commit must be 40 hex digits, not "main"; template must be a task definition\'s ARN with its revision, not "shop-template"',
    });
    await expect(handler("deploy")).rejects.toMatchObject({ name: "InvalidCall" });
    await expect(handler({ action: "undo" })).rejects.toMatchObject({
      message: 'deployment: action must be ("deploy" | "look" | "restore" | "stop"), not "undo"',
    });
    expect(world.requests).toEqual([]);
  });

  it("names every environment variable that is missing or wrong", () => {
    expect(() => deploymentHandler({ ...env, LEDGER: undefined, TASKS: "0" }, clientsOf(deploymentWorld()))).toThrow(
      'deployment: environment variables: LEDGER must be set, not undefined; TASKS must be a whole number from 1, not "0"',
    );
  });
});
