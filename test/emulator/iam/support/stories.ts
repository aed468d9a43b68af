import { type Environment, environments, type Graph } from "../../../../emulator/graph/graph.ts";
import type { Access } from "../../../../emulator/iam/access.ts";
import { ending, type Stage } from "../../../../rehearsal/stage.ts";
import { openStage } from "../../../support/rehearse.ts";
import { reaches, rollback } from "../../../support/telling.ts";

export type Story = (stage: Stage) => Promise<unknown>;

/** Short stories, each on a stage where nothing has been released yet, that together need all that the roles may do. */
export const stories: readonly Story[] = [
  nonsense,
  promotion,
  twoMerges,
  emergencyBeforeApproval,
  ...environments.flatMap((environment) => [
    twoEmergencies(environment),
    emergencyThatCrashes(environment),
    rollbackAmidEmergency(environment),
    deploymentByHand(environment),
  ]),
];

/** Tells a story; rejects with AWS's words as soon as a role is refused anything. */
export async function told(story: Story, graphs: readonly Graph[], onAccess = (_: Access) => {}): Promise<void> {
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const stage = await openStage({
    graphs,
    onAccess(access) {
      onAccess(access);
      if (access.denied !== undefined) reject(new Error(access.denied));
    },
  });
  try {
    await Promise.race([story(stage), refused]);
  } finally {
    // Whatever is still under way stays so: its time stands still.
    void stage.clock.during(() => new Promise(() => {}));
    await stage.cloud.close();
  }
}

/** Input that no machine takes: recorded, told, and nothing else. */
async function nonsense({ start }: Stage): Promise<void> {
  for (const environment of environments)
    for (const lane of ["release", "emergency", "rollback"] as const)
      await ending(await start(environment, lane, {}, "nonsense"));
}

async function promotion(stage: Stage): Promise<void> {
  stage.operator = "approve";
  const dev = await stage.merge("good-1");
  await ending(dev);
  await ending(stage.offeredBy(dev) ?? dev);
}

/** The second waits for the first, and then finds something good to be compared with. */
async function twoMerges(stage: Stage): Promise<void> {
  const runs = [await stage.merge("good-1"), await stage.merge("good-2")];
  for (const run of runs) await ending(run);
}

/** While the approver reads, an emergency takes live. */
async function emergencyBeforeApproval(stage: Stage): Promise<void> {
  stage.operator = "approve";
  const dev = await stage.merge("good-1");
  await ending(dev);
  const emergency = await stage.emergency("live", "good-2");
  await ending(stage.offeredBy(dev) ?? dev);
  await ending(emergency);
}

function twoEmergencies(environment: Environment): Story {
  return async (stage) => {
    const runs = [await stage.emergency(environment, "good-1"), await stage.emergency(environment, "good-2")];
    for (const run of runs) await ending(run);
  };
}

/** How its tasks ended, and what they wrote, is read for whoever asks why. */
function emergencyThatCrashes(environment: Environment): Story {
  return async (stage) => {
    await ending(await stage.emergency(environment, "crash"));
  };
}

function rollbackAmidEmergency(environment: Environment): Story {
  return async (stage) => {
    await ending(await stage.emergency(environment, "good-1"));
    const emergency = await stage.emergency(environment, "good-2");
    await reaches(stage, emergency, "Smoke");
    await ending(await rollback(stage, environment));
    await ending(emergency);
  };
}

/** Somebody deploys the good release anew without an execution, which people are told. */
function deploymentByHand(environment: Environment): Story {
  return async ({ cloud, clock, emergency }) => {
    await ending(await emergency(environment, "good-1"));
    const named = `greengate-${environment}`;
    const input = { cluster: named, service: named, forceNewDeployment: true };
    await cloud.call({ service: "ecs", action: "UpdateService", input, caller: "somebody" });
    const isUnderWay = () =>
      Object.values(cloud.containers.state().services).some((each) => each.currentServiceDeployment !== undefined);
    while (isUnderWay()) await clock.sleep(10_000);
  };
}
