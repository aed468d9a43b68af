import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { describe, expect, it } from "vitest";
import { deploymentHandler } from "../../deployment/deploymentHandler.ts";
import { AwsError } from "../../emulator/awsError.ts";
import { deploymentWorld, type World } from "../support/deploymentWorld.ts";
import { inProcess } from "../support/inProcess.ts";
import { commit, image, settings, template } from "../support/shop.ts";
import { release, startRelease } from "./support/machine.ts";

const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));

/** AWS's own clients, whose requests the pure world answers in this process, and a network on which the shop can be reached. */
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
  const asked: { url: string; headers: unknown }[] = [];
  const reach: typeof fetch = async (url, { headers, redirect } = {}) => {
    asked.push({ url: String(url), headers: { ...Object(headers), redirect } });
    const reply = world.answer({ action: "Probe", input: {} });
    if ("error" in reply) throw Object.assign(new TypeError("fetch failed"), { cause: new Error(reply.error.message) });
    const { status, release } = reply.output as { status: number; release: string | null };
    return new Response("", { status, headers: release === null ? {} : { "x-greengate-release": release } });
  };
  const clients = {
    ecs: new ECSClient(client),
    dynamodb: new DynamoDBClient(client),
    logs: new CloudWatchLogsClient(client),
    fetch: reach,
  };
  return { clients, asked };
}

/** Build `a` is good and runs; a release of build `b` has the lock, and its calls go through the handler. */
function second() {
  const world = deploymentWorld();
  const [good] = release(world, "a");
  const { lock } = startRelease(world, "b");
  const { clients, asked } = clientsOf(world);
  const handler = deploymentHandler(env, clients);
  const times = () => ({ since: world.now(), now: world.now() });
  const candidate = { image: image("b"), commit: commit("b") };
  const deployCall = { action: "deploy", ...lock, lane: "release", candidate, template, smoke: "enforce" };
  return { world, good, lock, handler, asked, times, deployCall };
}

describe("the deployment function", () => {
  it("deploys, looks, surveys and restores through AWS's clients", async () => {
    const { world, good, lock, handler, times, deployCall, asked } = second();
    expect(await handler({ ...deployCall, ...times() })).toMatchObject({ next: "look" });
    expect(asked).toEqual([
      {
        url: "https://shop.example.com/health",
        headers: { connection: "close", "user-agent": "greengate", redirect: "manual" },
      },
    ]);
    world.pass(15);
    const looking = { action: "look", ...lock, smokedAt: 0, shortfalls: 0 };
    const { taskDefinition } = world.item("environment")?.deploying ?? {};
    expect(await handler({ ...looking, ...times() })).toMatchObject({ next: "wait", taskDefinition });
    world.pass(120);
    expect(await handler({ ...looking, ...times() })).toMatchObject({ next: "smoke" });
    expect(await handler({ action: "survey" })).toMatchObject({ serves: taskDefinition, open: taskDefinition });
    const restoring = { action: "restore", ...lock, target: null };
    expect(await handler({ ...restoring, ...times() })).toMatchObject({ next: "wait", restored: false });
    world.pass(120);
    expect(await handler({ ...restoring, ...times() })).toMatchObject({
      next: "smoke",
      restored: true,
      why: `${good?.taskDefinition} serves alone`,
    });
    expect(world.serves()).toBe("release/main-a");
  });

  it("says why production could not be reached", async () => {
    const { world, handler, times, deployCall } = second();
    world.fail(({ action }) =>
      action === "Probe" ? { name: "Error", message: "getaddrinfo ENOTFOUND shop.example.com" } : undefined,
    );
    expect(await handler({ ...deployCall, ...times() })).toMatchObject({
      failure: "Held",
      why: "production doesn't answer (fetch failed (getaddrinfo ENOTFOUND shop.example.com))",
    });
  });

  it("throws under names that the machine matches: its own, and AWS's where nobody expects them", async () => {
    const { world, lock, handler, times } = second();
    const call = { action: "restore", ...lock, ...times(), target: null };
    await expect(handler({ ...call, fence: 8 })).rejects.toMatchObject({ name: "LockLost" });
    const elsewhere = deploymentHandler({ ...env, CLUSTER: "nowhere" }, clientsOf(world).clients);
    await expect(elsewhere({ action: "survey" })).rejects.toMatchObject({
      name: "ClusterNotFoundException",
      message: expect.stringMatching(/^ListServiceDeployments: /),
    });
  });

  it("says in one line all that is wrong with a call, and does nothing", async () => {
    const { world, handler, times, deployCall } = second();
    const before = world.requests.length;
    const candidate = { image: "registry/shop:latest", commit: "main" };
    await expect(handler({ ...deployCall, ...times(), candidate, template: "shop-template" })).rejects.toMatchObject({
      name: "InvalidCall",
      message: expect.stringMatching(
        /^deployment: candidate\.image must be .*, not "registry\/shop:latest"; candidate\.commit must be 40 hex digits, not "main"; template must be .*, not "shop-template"$/,
      ),
    });
    await expect(handler("deploy")).rejects.toMatchObject({ name: "InvalidCall" });
    await expect(handler({ action: "stop" })).rejects.toMatchObject({
      name: "InvalidCall",
      message: expect.stringContaining('not "stop"'),
    });
    expect(world.requests).toHaveLength(before);
  });

  it("names every environment variable that is missing or wrong", () => {
    const { clients } = clientsOf(deploymentWorld());
    const wrong = { ...env, LEDGER: undefined, TASKS: "0", ADDRESS: "http://shop.example.com/", BAKE_MINUTES: "-1" };
    expect(() => deploymentHandler(wrong, clients)).toThrow(
      expect.objectContaining({
        name: "InvalidCall",
        message:
          'deployment: environment variables to be set by pulumi up: LEDGER must be set, not undefined; TASKS must be a whole number from 1, not "0"; ADDRESS must be an https origin without a path, not "http://shop.example.com/"; BAKE_MINUTES must be a whole number from 0, not "-1"',
      }),
    );
  });
});
