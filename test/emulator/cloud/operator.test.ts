import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from "@aws-sdk/client-ecs";
import { NotFoundException, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterEach, expect, test } from "vitest";
import { virtualClock } from "../../../emulator/clock.ts";
import { type Cloud, startCloud } from "../../../emulator/cloud/cloud.ts";
import type { RunContainer } from "../../../emulator/cloud/elasticContainers.ts";
import type { Graph } from "../../../emulator/graph/graph.ts";
import { serve } from "../../../rehearsal/sample/serve.ts";
import { resource } from "../../support/ecsGraph.ts";
import { inProcess } from "../../support/inProcess.ts";
import { graphs } from "../../support/rehearse.ts";
import { exitingContainer } from "../../support/sampleServers.ts";

const clouds: Cloud[] = [];
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
});

const here = { cluster: "greengate-dev", service: "greengate-dev" };
const group = "/ecs/greengate-dev-app";

/** The project's own graph without its functions' work: hooks admit everything. An operator's SDK clients, on virtual time. */
async function operated(runContainer: RunContainer, both?: Graph[]) {
  const clock = virtualClock();
  const cloud = await startCloud({
    clock,
    graphs: both ?? (await graphs()),
    runFunction: () => ({ invoke: async () => ({ payload: { hookStatus: "SUCCEEDED" } }), close: async () => {} }),
    runContainer,
    secretValue: () => "",
    seed: "operator",
    ecs: { listLag: 0 },
  });
  clouds.push(cloud);
  const config = {
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDOPERATOR", secretAccessKey: "of no use" },
    requestHandler: inProcess({ call: cloud.call, callers: new Map([["AKIDOPERATOR", "an operator"]]) }),
    maxAttempts: 1,
  };
  const ecs = new ECSClient(config);
  const clients = {
    ecs,
    logs: new CloudWatchLogsClient(config),
    dynamodb: new DynamoDBClient(config),
    sns: new SNSClient(config),
  };
  /** A release of this image, and how it ended. Time stands still between a client's calls. */
  const release = (image: string) =>
    clock.during(async () => {
      const { taskDefinition } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: "greengate-dev-template" }),
      );
      const [container] = taskDefinition?.containerDefinitions ?? [];
      const registered = await ecs.send(
        new RegisterTaskDefinitionCommand({ family: "shop", containerDefinitions: [{ ...container, image }] }),
      );
      const { service } = await ecs.send(
        new UpdateServiceCommand({
          ...here,
          taskDefinition: registered.taskDefinition?.taskDefinitionArn,
          desiredCount: 1,
        }),
      );
      return service?.currentServiceDeployment ?? "";
    });
  const ending = async (arn: string) => {
    for (;;) {
      const { serviceDeployments } = await clock.during(() =>
        ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] })),
      );
      const [deployment] = serviceDeployments ?? [];
      if (deployment?.finishedAt) return deployment;
      await clock.sleep(10_000);
    }
  };
  return { clock, cloud, ...clients, release, ending };
}

/** Serves any image but those called `crash`, which write two lines and end. */
const run: RunContainer = async (container) => {
  if (container.image.startsWith("crash")) return exitingContainer(3, "connecting", "no such host")(container);
  container.write?.("listening");
  const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
  const { port, stop } = await serve((_, response) => void response.end(container.image), 0);
  const end = () => stop().then(() => exit({ exitCode: 0 }));
  return { port, listening: Promise.resolve(true), exited, stop: end, kill: end };
};

test("what a task wrote before it ended is read from its stream, to which its ARN leads", async () => {
  const { clock, ecs, logs, release, ending } = await operated(run);
  const { deploymentCircuitBreaker } = await ending(await release("crash:1"));
  expect(deploymentCircuitBreaker).toMatchObject({ status: "TRIGGERED", failureCount: 3 });
  await clock.during(async () => {
    const { taskArns = [] } = await ecs.send(
      new ListTasksCommand({ cluster: here.cluster, serviceName: here.service, desiredStatus: "STOPPED" }),
    );
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: here.cluster, tasks: taskArns }));
    const failed = tasks.filter(({ stopCode }) => stopCode === "EssentialContainerExited");
    expect(failed).toHaveLength(3);
    const [{ taskArn = "", containers, stoppedAt }] = failed as [(typeof failed)[0]];
    expect(stoppedAt).toBeInstanceOf(Date);
    expect(containers).toMatchObject([{ name: "app", exitCode: 3, lastStatus: "STOPPED" }]);
    const stream = { logGroupName: group, logStreamName: `app/app/${taskArn.split("/").at(-1)}` };
    const { events } = await logs.send(new GetLogEventsCommand(stream));
    expect(events?.map(({ message }) => message)).toEqual(["connecting", "no such host"]);
    const last = await logs.send(new GetLogEventsCommand({ ...stream, limit: 1, startFromHead: false }));
    expect(last.events).toEqual([events?.[1]]);
    expect(events?.[1]?.timestamp).toBeLessThanOrEqual(clock.now());
  });
});

test.each([
  [{ logGroupName: "/ecs/gone", logStreamName: "app" }, "The specified log group does not exist."],
  [{ logGroupName: group, logStreamName: "app/app/gone" }, "The specified log stream does not exist."],
])("a log that isn't there is told by CloudWatch's error: %j", async (input, message) => {
  const { logs } = await operated(run);
  await expect(logs.send(new GetLogEventsCommand(input))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message,
  });
  await expect(logs.send(new GetLogEventsCommand({ ...input, limit: 0 }))).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: expect.stringContaining("'limit' failed to satisfy constraint: Member must have value greater"),
  });
});

test("AWS's own waiter ends once the service is stable", async () => {
  const { clock, ecs, release, ending } = await operated(run);
  const first = await release("app:1");
  await ending(first);
  const wait = () =>
    clock.during(() =>
      waitUntilServicesStable({ client: ecs, maxWaitTime: 10, minDelay: 1 }, { ...here, services: [here.service] }),
    );
  expect((await wait()).state).toBe("SUCCESS");
  const forced = await clock.during(() => ecs.send(new UpdateServiceCommand({ ...here, forceNewDeployment: true })));
  expect(forced.service?.deployments?.map(({ status }) => status)).toEqual(["PRIMARY", "ACTIVE"]);
  await ending(forced.service?.currentServiceDeployment ?? "");
  expect((await wait()).state).toBe("SUCCESS");
});

test("a listener's rules that somebody sets by hand stay so until a deployment sets them outright", async () => {
  const { clock, cloud, ecs, release, ending } = await operated(run);
  const users = async () => {
    const asked = await clock.during(() =>
      Promise.all([1, 2, 3, 4].map(async () => (await fetch(cloud.origins.dev ?? "")).text())),
    );
    return [...new Set(asked)].toSorted();
  };
  await ending(await release("app:1"));
  const { services } = await clock.during(() =>
    ecs.send(new DescribeServicesCommand({ cluster: here.cluster, services: [here.service] })),
  );
  const [{ targetGroupArn = "", advancedConfiguration } = {}] = services?.[0]?.loadBalancers ?? [];
  const { alternateTargetGroupArn = "", productionListenerRule = "" } = advancedConfiguration ?? {};
  const mix = () =>
    cloud.balancers.dev?.setWeights(productionListenerRule, { [targetGroupArn]: 50, [alternateTargetGroupArn]: 50 });
  mix();
  const mixed = await users();
  expect(mixed).toContain("app:1");
  expect(mixed).toHaveLength(2);
  await ending(await release("app:2"));
  expect(await users()).toEqual(["app:2"]);
  mix();
  await ending(await release("app:3"));
  expect(await users()).toEqual(["app:3"]);
  // To where the program had them, which is not where the third release is.
  cloud.balancers.dev?.resetWeights();
  expect((await users())[0]).toContain("503");
});

test("an item that the program puts into a table is there from the start", async () => {
  const [dev, live] = (await graphs()) as [Graph, Graph];
  const item = {
    tableName: "greengate-dev-ledger",
    hashKey: "id",
    item: JSON.stringify({ id: { S: "settings" }, count: { N: "7" } }),
  };
  const more = (inputs: object) => [
    { ...dev, resources: [...dev.resources, resource("aws:dynamodb/tableItem:TableItem", "item", { ...inputs })] },
    live,
  ];
  const { dynamodb } = await operated(run, more(item));
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: item.tableName, Key: { id: { S: "settings" } } }),
  );
  expect(Item).toEqual({ id: { S: "settings" }, count: { N: "7" } });
  await expect(operated(run, more({ ...item, hashKey: "name" }))).rejects.toThrow(
    "table item of greengate-dev-ledger: stack dev has no such table with the hash key name",
  );
  await expect(operated(run, more({ ...item, item: "{" }))).rejects.toThrow("item: item: ");
});

test("SNS takes a message for a topic of the program's, and no empty one", async () => {
  const { cloud, sns } = await operated(run);
  const TopicArn = (await graphs())[0]?.resources.find(({ type }) => type === "aws:sns/topic:Topic")?.outputs.arn;
  const to = (arn: unknown, Message: string) => sns.send(new PublishCommand({ TopicArn: String(arn), Message }));
  await to(TopicArn, "hello");
  expect(cloud.mails).toHaveLength(1);
  await expect(to(TopicArn, "")).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: "Invalid parameter: Empty message",
  });
  const gone = to(`${TopicArn}-gone`, "hello");
  await expect(gone).rejects.toBeInstanceOf(NotFoundException);
  await expect(gone).rejects.toMatchObject({ message: "Topic does not exist", $metadata: { httpStatusCode: 404 } });
  expect(cloud.mails).toHaveLength(1);
});
