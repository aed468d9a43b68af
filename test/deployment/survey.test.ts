import { expect, it } from "vitest";
import { deploymentWorld } from "../support/deploymentWorld.ts";
import { release, startRelease } from "./support/machine.ts";

it("survey tells what users are served by and what is on its way, without the lock", () => {
  const world = deploymentWorld();
  const survey = () => world.run({ action: "survey" });
  expect(survey()).toMatchObject({ serves: null, open: null });

  const first = startRelease(world, "a");
  first.until("wait");
  const { taskDefinition: a } = world.item("environment")?.deploying ?? {};
  expect(survey()).toMatchObject({ serves: null, open: a });
  world.pass(30);
  expect(survey()).toMatchObject({ serves: null, open: a });
  first.until("smoke");
  expect(survey()).toMatchObject({ serves: a, open: a });
  first.until("good");
  expect(survey()).toMatchObject({ serves: a, open: null });
});

it("survey tells the colours of a second release apart, also on the way back", () => {
  const world = deploymentWorld();
  const survey = () => world.run({ action: "survey" });
  const [good] = release(world, "a");
  const a = good?.taskDefinition;
  const run = startRelease(world, "b");
  run.deploy();
  const { taskDefinition: b } = world.item("environment")?.deploying ?? {};
  // Not listed yet.
  expect(survey()).toMatchObject({ serves: a, open: b });
  world.pass(40);
  expect(survey()).toMatchObject({ serves: a, open: b });
  const { deployment } = run.until("smoke");
  expect(survey()).toMatchObject({ serves: b, open: b });
  world.answer({ action: "StopServiceDeployment", input: { serviceDeploymentArn: deployment } });
  expect(survey()).toMatchObject({ serves: a, open: null });
  world.pass(120);
  expect(survey()).toMatchObject({ serves: a, open: null });
});

it("survey tells a forced deployment of what runs from what runs", () => {
  const world = deploymentWorld();
  const [good] = release(world, "a");
  const taskDefinition = good?.taskDefinition;
  const input = { cluster: "shop", service: "shop", taskDefinition, forceNewDeployment: true };
  world.answer({ action: "UpdateService", input });
  world.pass(40);
  expect(world.run({ action: "survey" })).toMatchObject({ serves: taskDefinition, open: taskDefinition });
});
