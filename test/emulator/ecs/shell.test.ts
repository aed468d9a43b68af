import { afterEach, expect, test, vi } from "vitest";
import { scaledClock } from "../../../emulator/clock.ts";
import { createElasticContainers, type RunContainer } from "../../../emulator/cloud/elasticContainers.ts";
import { awsLike } from "../../../emulator/ecs/settings.ts";
import { emptyEcs } from "../../../emulator/ecs/state.ts";
import { serve } from "../../../rehearsal/sample/serve.ts";
import { ending } from "../../../rehearsal/stage.ts";
import { ecsGraph } from "../../support/ecsGraph.ts";
import { blue, green, plane, production } from "../../support/plane.ts";
import { graphs, openStage } from "../../support/rehearse.ts";
import { grantsOf, without } from "../iam/support/grants.ts";

/** Patience for a busy machine; what is waited for comes within a second. */
const soon = { timeout: 20_000 };
vi.setConfig({ testTimeout: 60_000 });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test("blue is told to stop once it has answered the request that it had when the traffic moved", async () => {
  const log: string[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { call, origin } = await environment(async ({ image }) => {
    const { promise: exited, resolve: exit } = Promise.withResolvers<{ exitCode: number }>();
    const { port, stop } = await serve(async (request, response) => {
      if (request.url === "/slow") {
        await released;
        log.push(`${image} answers`);
      }
      response.end(image);
    }, 0);
    const end = async () => {
      log.push(`${image} is told to stop`);
      await stop();
      exit({ exitCode: 0 });
    };
    return { port, listening: Promise.resolve(true), exited, stop: end, kill: end };
  });
  const get = async (path: string) => (await fetch(`${origin}${path}`)).text();

  await call("UpdateService", { taskDefinition: await register(call, "app:1"), desiredCount: 1 });
  await expect.poll(() => get("/"), soon).toBe("app:1");
  const slow = get("/slow");
  await call("UpdateService", { taskDefinition: await register(call, "app:2") });
  await expect.poll(() => get("/"), soon).toBe("app:2");
  await expect.poll(() => stageOf(call), soon).toBe("CLEAN_UP");
  expect(log).toEqual([]);
  release();
  expect(await slow).toBe("app:1");
  await expect.poll(() => stageOf(call), soon).toBe("over");
  expect(log).toEqual(["app:1 answers", "app:1 is told to stop"]);
});

test("a hook that ECS's role may not invoke: the service's events say which permission is missing", async () => {
  const whole = await graphs();
  const grant = grantsOf(whole).find(({ stack, role }) => stack === "dev" && role === "hook");
  const { cloud, emergency } = await openStage({ graphs: without(whole, grant!) });
  await ending(await emergency("dev", "good-1"));
  const [service] = Object.values(cloud.containers.state().services);
  expect(service?.events.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(
      /POST_TEST_TRAFFIC_SHIFT lifecycle hook\(s\) failed\. ECS was unable to invoke hook target \S+:greengate-dev-admission due to User: \S+greengate-dev-hook is not authorized to perform: lambda:InvokeFunction on resource: /,
    ),
  );
  await cloud.close();
});

type Call = (action: string, input: object) => Promise<Record<string, unknown>>;

/** A service `shop` behind a real load balancer, on real sockets; the hook admits everything. */
async function environment(run: RunContainer): Promise<{ call: Call; origin: string }> {
  const balancer = await plane();
  const clock = scaledClock(200);
  const containers = createElasticContainers({
    clock,
    initial: emptyEcs({ region: "eu-central-1", account: "123456789012", settings: awsLike }),
    balancerOf: () => balancer,
    run,
    openLog: () => () => {},
    invoke: async () => ({ payload: { hookStatus: "SUCCEEDED" } }),
    onChange: () => {},
  });
  cleanups.push(balancer.close, containers.close, async () => clock.close());
  const advancedConfiguration = {
    alternateTargetGroupArn: green,
    productionListenerRule: production,
    testListenerRule: "arn:test",
    roleArn: "infrastructureRole",
  };
  const loadBalancers = [{ targetGroupArn: blue, containerName: "app", containerPort: 8080, advancedConfiguration }];
  const graph = ecsGraph({ bakeTimeInMinutes: "1", hookTimeoutInMinutes: "5", service: { loadBalancers } });
  containers.send({ type: "stackCreated", graph });
  const call: Call = async (action, input) => {
    const here = action === "UpdateService" ? { cluster: "dev", service: "shop" } : {};
    return { ...(await containers.call(action, { ...here, ...input })) };
  };
  return { call, origin: balancer.origin };
}

async function register(call: Call, image: string): Promise<unknown> {
  const input = { family: "shop", containerDefinitions: [{ name: "app", image }] };
  const { taskDefinition } = await call("RegisterTaskDefinition", input);
  return (taskDefinition as { taskDefinitionArn: string }).taskDefinitionArn;
}

/** Stage of the deployment under way. */
async function stageOf(call: Call): Promise<unknown> {
  const { services } = await call("DescribeServices", { cluster: "dev", services: ["shop"] });
  const [service] = services as { currentServiceDeployment?: string }[];
  if (service?.currentServiceDeployment === undefined) return "over";
  const input = { serviceDeploymentArns: [service.currentServiceDeployment] };
  const { serviceDeployments } = await call("DescribeServiceDeployments", input);
  return (serviceDeployments as { lifecycleStage?: string }[])[0]?.lifecycleStage;
}
