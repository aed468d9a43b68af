import { unmarshall } from "@aws-sdk/util-dynamodb";
import { Failure } from "../../emulator/asl/failure.ts";
import { AwsError } from "../../emulator/awsError.ts";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import { seeded } from "../../emulator/uuid.ts";
import { answerLink, linkIn } from "../../rehearsal/operator.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { type Ending, ending, establish } from "../../rehearsal/stage.ts";
import { environmentItem, shoppers } from "./telling.ts";
import { type TroubledStage, troubledStage } from "./world.ts";

/** What happened, line by line, and what must not have. */
export interface RandomStory {
  seed: string;
  told: string[];
  problems: string[];
}

/** Builds by whether they are good for live's users. */
const good: readonly BuildName[] = ["good-1", "good-2", "slow-boot"];
const bad: readonly BuildName[] = ["red", "dark-red", "orders-fail-under-traffic", "crash"];
const functions = ["gate", "deploy", "smoke", "admission", "ask"] as const;

/**
 * One story that nobody wrote, drawn from its seed: merges of good and bad builds, answers, emergencies, rollbacks at any moment,
 * executions that are stopped, functions and services that are out for 20 s to 20 min, listener rules and the service changed by hand.
 * Then time passes until everything has ended, and the invariants are looked at.
 */
export async function playRandomStory(seed: string): Promise<RandomStory> {
  let draws = 0;
  const chance = () => {
    draws += 1;
    return seeded(`${seed}/${draws}`);
  };
  const pick = <One>(of: readonly One[]): One => of[Math.floor(chance() * of.length)]!;
  const between = (least: number, most: number) => Math.round(least + chance() * (most - least));
  const outages = new Map<string, number>();
  const told: string[] = [];
  const problems: string[] = [];
  const served: string[] = [];
  let stage: TroubledStage;
  let begun = 0;
  const tell = (line: string) =>
    told.push(`${String(Math.round((stage.clock.now() - begun) / 1000)).padStart(7)} s  ${line}`);
  const isOut = (what: string) => (outages.get(what) ?? 0) > (stage?.clock.now() ?? 0);

  stage = await troubledStage({
    ecs: { provisioning: 5_000, stagePause: 1_000 },
    seed,
    async aroundTask(task, _, perform) {
      const name = /function:greengate-\w+-(\w+)/.exec(task.arguments)?.[1];
      if (name && isOut(name)) throw new Failure({ error: "Lambda.TooManyRequestsException", cause: "Rate Exceeded." });
      return perform();
    },
    async aroundCall({ service }, perform) {
      if (isOut(service)) {
        throw new AwsError("ThrottlingException", "Rate exceeded");
      }
      return perform();
    },
  });
  begun = stage.clock.now();
  const stop = shoppers(stage);
  const watched = watchServed(stage, served);

  // With a good release to go back to.
  await establish(stage, "good-2");
  stage.operator = chance() < 0.8 ? "approve" : "a person";
  const build = () => pick(chance() < 0.6 ? good : bad);
  const environment = (): Environment => pick(["dev", "live", "live"] as const);
  const answers = async (decision: "approve" | "reject") => {
    const links = stage.cloud.mails.flatMap((mail) => linkIn(mail) ?? []);
    const link = links.at(-1);
    if (!link) return tell("nobody was asked yet");
    const mail = stage.cloud.mails.findLast((one) => linkIn(one) === link);
    const commit = /\b[0-9a-f]{40}\b/.exec(mail?.message ?? "")?.[0] ?? "";
    const { status } = await answerLink(stage.cloud.site, link, { decision, commit, reason: "as drawn" });
    tell(`somebody answers ${decision}: ${status}`);
  };
  const actions: [weight: number, act: () => Promise<unknown>][] = [
    [
      4,
      async () => {
        const one = build();
        tell(`merge ${one}`);
        await stage.merge(one);
      },
    ],
    [5, () => answers("approve")],
    [1, () => answers("reject")],
    [
      2,
      async () => {
        const one = build();
        const where = environment();
        tell(`emergency ${one} on ${where}`);
        await stage.emergency(where, one);
      },
    ],
    [
      2,
      async () => {
        const where = environment();
        tell(`rollback ${where}`);
        await stage.start(
          where,
          "rollback",
          { requestedBy: "ana", rollback: { reason: "as drawn" } },
          `rollback-${draws}`,
        );
      },
    ],
    [
      1,
      async () => {
        const running = stage.runs().filter(({ execution }) => execution.status === "RUNNING");
        if (running.length === 0) return;
        const { executionArn } = pick(running).execution.identity;
        tell(`abort ${executionArn.split(":").slice(6).join(":")}`);
        await stage.cloud.stepFunctions.stopExecution(executionArn);
      },
    ],
    [
      2,
      async () => {
        const what = pick([...functions, "ecs", "dynamodb", "sns"]);
        const seconds = pick([20, 60, 300, 1200]);
        outages.set(what, stage.clock.now() + seconds * 1000);
        tell(`${what} is out for ${seconds} s`);
      },
    ],
    [
      1,
      async () => {
        const item = await environmentItem(stage, "live");
        const { taskDefinition } = Object(pick([item.good, item.previous ?? item.good]));
        tell(`somebody deploys ${taskDefinition} to live by hand`);
        const input = { cluster: "greengate-live", service: "greengate-live", taskDefinition };
        await stage.cloud.call({ service: "ecs", action: "UpdateService", input, caller: "somebody" }).catch(() => {});
      },
    ],
  ];
  const total = actions.reduce((sum, [weight]) => sum + weight, 0);
  for (let turns = between(3, 8); turns > 0; turns -= 1) {
    let at = chance() * total;
    for (const [weight, act] of actions) {
      at -= weight;
      if (at > 0) continue;
      await act();
      break;
    }
    await stage.clock.sleep(pick([1, 5, 20, 60, 120, 300, 900]) * 1000 * chance());
  }

  // Users and lookouts cost real work, so they leave before the wait for questions that nobody answers: 72 hours.
  await stage.clock.sleep(40 * 60_000);
  stop();
  watched();
  const over = stage.clock.sleep(100 * 3_600_000);
  await Promise.race([over, Promise.all(stage.runs().map(({ closed }) => closed))]);
  for (const run of stage.runs())
    tell(`${run.execution.identity.executionArn.split(":").slice(6).join(":")} ended ${say(await now(run))}`);
  problems.push(...(await findProblems(stage, served)));
  await stage.cloud.close();
  return { seed, told, problems };
}

const now = async (run: Run): Promise<Ending | undefined> =>
  run.execution.status === "RUNNING" ? undefined : ending(run);
const say = (end: Ending | undefined): string => (end ? `${end.ended}: ${end.why}` : "NOT AT ALL");

/** Digests that live's users were given, each once, in order. */
function watchServed(stage: TroubledStage, served: string[]): () => void {
  let watching = true;
  const look = async () => {
    if (!watching) return;
    const commit = await stage.serving("live").catch(() => null);
    if (commit && served.at(-1) !== commit) served.push(commit);
    stage.clock.at(stage.clock.now() + 10_000, () => void look());
  };
  void look();
  return () => {
    watching = false;
  };
}

async function findProblems(stage: TroubledStage, served: string[]): Promise<string[]> {
  const problems: string[] = [];
  const runs = stage.runs();
  const ends = new Map<Run, Ending | undefined>();
  for (const run of runs) ends.set(run, await now(run));
  for (const [run, end] of ends) {
    const name = run.execution.identity.executionArn.split(":").slice(6).join(":");
    if (!end) problems.push(`${name} never ended`);
    if (end?.ended === "TIMED_OUT") problems.push(`${name} timed out`);
    if (end && !["ABORTED", "TIMED_OUT"].includes(end.ended) && !(await recordOf(stage, run)))
      problems.push(`${name} left no record`);
  }
  const proved = new Set<string>([commitOf("good-1"), commitOf("good-2")]);
  for (const [run, end] of ends) {
    const { candidate, override } = JSON.parse(run.execution.input);
    if (override && run.machine.name.includes("-live-")) proved.add(candidate.commit);
    if (end?.ended === "Released" && run.machine.name === "greengate-dev-release") proved.add(candidate.commit);
  }
  for (const commit of served)
    if (!proved.has(commit)) problems.push(`live served ${nameOf(commit)}, which dev never released`);

  for (const environment of ["dev", "live"] as const) {
    const item = await environmentItem(stage, environment);
    const commit = await stage.serving(environment);
    const holder = runs.find(({ execution }) => execution.identity.executionArn === item.holder);
    if (holder && holder.execution.status === "RUNNING") problems.push(`${environment} is locked by one that runs`);
    const known = [item.good, item.unproven].map((one) => Object(one).commit);
    const lastOnes = runs.filter(({ machine }) => machine.name.includes(`-${environment}-`));
    const aborted = lastOnes.some((run) => ends.get(run)?.ended === "ABORTED");
    const failed = lastOnes.some((run) => ends.get(run)?.ended === "RollbackFailed");
    if (!known.includes(commit) && item.frozen === undefined && !aborted && !failed)
      problems.push(`${environment} serves ${nameOf(commit)}, and last-known-good is ${nameOf(known[0])}`);
    const bound = Object(item.good).commit;
    if (bad.some((one) => commitOf(one) === bound) && !hiddenFault(environment, bound))
      problems.push(`${environment}: ${nameOf(bound)} is recorded as good`);
    if (item.frozen !== undefined && !failed) problems.push(`${environment} is frozen, and no rollback failed`);
  }
  return problems;
}

/** A fault that the environment can't show is no fault there. */
const hiddenFault = (environment: Environment, commit: string): boolean =>
  environment === "dev" ? commit === commitOf("orders-fail-under-traffic") : commit === commitOf("red");

const nameOf = (commit: unknown): string => [...good, ...bad].find((one) => commitOf(one) === commit) ?? String(commit);

async function recordOf({ cloud }: TroubledStage, run: Run): Promise<unknown> {
  const environment = run.machine.name.includes("-live-") ? "live" : "dev";
  const answer = (await cloud.call({
    service: "dynamodb",
    action: "GetItem",
    input: {
      TableName: `greengate-${environment}-ledger`,
      Key: { id: { S: `release#${run.execution.identity.executionArn}` } },
    },
    caller: "the story",
  })) as { Item?: Parameters<typeof unmarshall>[0] };
  return answer.Item && unmarshall(answer.Item);
}
