import type { DeployAnswer, DeployCall, LookAnswer, RestoreAnswer } from "../../../contract/deploymentCalls.ts";
import type { Good } from "../../../contract/ledger.ts";
import type { PlannedCall } from "../../../deployment/plan.ts";
import type { World } from "../../support/deploymentWorld.ts";
import { commit, executionOf, goodOf, image, template } from "../../support/shop.ts";

/** An execution that takes the environment's lock, as gate/ does it. */
function takeLock(world: World, execution: string) {
  const { fence, ...environment } = world.item("environment") ?? {};
  const lock = { execution, fence: fence + 1 };
  world.write({ ...environment, holder: execution, fence: lock.fence });
  return lock;
}

export interface ReleaseOptions extends Partial<Pick<DeployCall, "candidate" | "template" | "smoke" | "lane">> {
  /** Follows the build in the execution's name. */
  name?: string;
}

export type Release = ReturnType<typeof startRelease>;

/** A release's execution from when it has the lock: it calls deployment/ as its machine does. Every smoke is green and takes 2 s. */
export function startRelease(
  world: World,
  build: string,
  { name = "", lane = "release", ...given }: ReleaseOptions = {},
) {
  const execution = executionOf(`main-${build}${name}`, lane);
  const lock = takeLock(world, execution);
  const since = world.now();
  const candidate = { image: image(build), commit: commit(build) };
  let smokedAt = 0;
  let shortfalls = 0;
  let step: DeployAnswer | LookAnswer = { next: "deploy", seconds: 0, why: "the lock is held", shortfalls };
  const smokes: number[] = [];

  const deploy = (between?: (request: PlannedCall) => void): DeployAnswer => {
    const call = { candidate, template, smoke: "enforce", ...given, ...lock, lane, since, now: world.now() } as const;
    return world.run({ action: "deploy", ...call }, between);
  };
  const look = (): LookAnswer => {
    const looked = world.run({ action: "look", ...lock, since, now: world.now(), smokedAt, shortfalls });
    shortfalls = looked.shortfalls;
    return looked;
  };
  const smoke = () => {
    smokedAt = world.now();
    smokes.push(smokedAt);
    world.pass(2);
  };
  const advance = (): DeployAnswer | LookAnswer => {
    if (step.next === "deploy") return deploy();
    if (step.next === "wait") world.pass(step.seconds);
    if (step.next === "smoke") smoke();
    return look();
  };

  return {
    execution,
    lock,
    build,
    smokes,
    deploy,
    look,
    /** Goes on as the machine does until an answer's `next` is one of these, and returns it. */
    until(...stops: (DeployAnswer | LookAnswer)["next"][]): LookAnswer {
      for (let steps = 0; steps < 2000; steps++) {
        step = advance();
        if (stops.includes(step.next)) return step as LookAnswer;
        if (step.next === "good" || step.next === "restore") break;
      }
      throw new Error(`never ${stops.join(", ")}: ${JSON.stringify(step)}`);
    },
    restore: (target: Good | null = null, restoreSince = world.now()) => restoring(world, lock, target, restoreSince),
  };
}

/** The execution of an operator's rollback. */
export function startRollback(world: World, target: Good | null = null) {
  const lock = takeLock(world, executionOf("ops-1", "rollback"));
  return restoring(world, lock, target, world.now());
}

/** Calls `restore` as the machine does. */
function restoring(world: World, lock: { execution: string; fence: number }, target: Good | null, since: number) {
  const whys: string[] = [];
  const restore = (): RestoreAnswer => {
    const answer = world.run({ action: "restore", ...lock, target, since, now: world.now() });
    if (whys.at(-1) !== answer.why) whys.push(answer.why);
    return answer;
  };
  return {
    restore,
    /** What it said on the way. */
    whys,
    /** Goes on until it is over, and returns the last answer. */
    end(): RestoreAnswer {
      for (let steps = 0; steps < 2000; steps++) {
        const answer = restore();
        if (answer.next === "smoke") return answer;
        world.pass(answer.seconds);
      }
      throw new Error(`no end: ${whys.join(" | ")}`);
    },
  };
}

/** These builds were released one after the other and found good; the last one runs, and nobody holds the lock. */
export function release(world: World, ...builds: string[]): Good[] {
  return builds.map((build) => {
    const run = startRelease(world, build);
    const { taskDefinition = "" } = run.until("good");
    const { holder: _, good, ...environment } = world.item("environment") ?? {};
    const found = goodOf(build, taskDefinition, run.execution);
    world.write({ ...environment, good: found, previous: good ?? null });
    return found;
  });
}
