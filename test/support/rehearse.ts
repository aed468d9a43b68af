import type { HistoryEvent } from "../../local/asl/history.ts";
import { virtualClock } from "../../local/clock.ts";
import { candidateOf, executionName } from "../../local/cloud/candidates.ts";
import { type Cloud, startCloud } from "../../local/cloud/cloud.ts";
import { memoryDatabase } from "../../local/cloud/databases.ts";
import { answerLink, linkIn } from "../../local/cloud/operator.ts";
import { commitOf, sampleServers, smokeMerchant } from "../../local/cloud/samples.ts";
import type { Run } from "../../local/cloud/stepFunctions.ts";
import { loadGraph } from "../../local/graph/load.ts";
import type { Lane } from "../../stateMachine/settings.ts";
import { inProcessFunction } from "./inProcessFunctions.ts";

const functionUrl = "http://localhost:1/";
const graphs = Promise.all(["dev", "live"].map((stack) => loadGraph({ stack, functionUrl })));

export type Environment = "dev" | "live";

/** A cloud on virtual time with both stacks, and what a story does to it. */
export interface Stage {
  cloud: Cloud;
  /** Starts an execution and gives it back at once. */
  start(environment: Environment, lane: Lane, input: unknown, name?: string): Promise<Run>;
  /** Resolves when an execution of the machine was started by somebody else. */
  next(environment: Environment, lane: Lane): Promise<Run>;
  /** The environment's item, as plain text attributes: what is good, who holds it. */
  ledger(environment: Environment, id?: string): Promise<Record<string, unknown>>;
  /** Answers every approval link from now on. */
  operator(answer: "approve" | "reject" | "nobody"): void;
  now(): number;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const clock = virtualClock();
  const both = await graphs;
  let decision: "approve" | "reject" | "nobody" = "nobody";
  const waiting: { machine: string; tell: (run: Run) => void }[] = [];
  const cloud: Cloud = await startCloud({
    clock,
    graphs: both,
    openDatabase: memoryDatabase,
    runFunction: (resource, hosts) => inProcessFunction(resource, { clock, hosts, call: (call) => cloud.call(call) }),
    runContainer: sampleServers({
      environmentOf: (service) => both.find(({ stack }) => service.includes(`-${stack}`))?.stack ?? "",
      merchantOf: (environment) => merchantOf(environment, both),
    }),
    secretValue: () => JSON.stringify(smokeMerchant),
    seed: "story",
    onEvent(executionArn, event: HistoryEvent) {
      if (event.type !== "ExecutionStarted") return;
      for (const [index, { machine, tell }] of [...waiting.entries()].reverse()) {
        if (!executionArn.includes(`:${machine}:`)) continue;
        waiting.splice(index, 1);
        // The run is listed once its first step has been taken.
        setImmediate(() => tell(runOf(executionArn)));
      }
    },
    onMail(mail) {
      const link = linkIn(mail);
      const commit = /[0-9a-f]{40}/.exec(mail.message)?.[0];
      if (!link || !commit || decision === "nobody") return;
      const choice = decision;
      // A moment later, as a person would: the token is not waited for before the mail's sender has returned.
      clock.at(clock.now() + 60_000, () => {
        void clock.during(() =>
          answerLink(cloud.site, link, { decision: choice, commit, reason: "as the story has it" }),
        );
      });
    },
  });
  const runOf = (arn: string): Run => {
    const run = cloud.stepFunctions.runs.get(arn);
    if (!run) throw new Error(`no execution ${arn}`);
    return run;
  };
  const machineArn = (environment: Environment, lane: Lane) => {
    const resource = both
      .flatMap(({ resources }) => resources)
      .find(
        ({ type, inputs }) =>
          type === "aws:sfn/stateMachine:StateMachine" && inputs.name === `greengate-${environment}-${lane}`,
      );
    return String(resource?.outputs.arn);
  };
  let started = 0;
  return {
    cloud,
    start: (environment, lane, input, name = `story-${++started}`) =>
      cloud.stepFunctions.startExecution({
        stateMachineArn: machineArn(environment, lane),
        name,
        input: JSON.stringify(input),
      }),
    next: (environment, lane) =>
      new Promise((tell) => void waiting.push({ machine: `greengate-${environment}-${lane}`, tell })),
    async ledger(environment, id = "environment") {
      const answer = await cloud.call({
        service: "dynamodb",
        action: "GetItem",
        input: { TableName: `greengate-${environment}-ledger`, Key: { id: { S: id } } },
        caller: "the story",
      });
      return (answer as { Item?: Record<string, unknown> }).Item ?? {};
    },
    operator(answer) {
      decision = answer;
    },
    now: () => clock.now(),
    close: () => cloud.close(),
  };
}

/** How an execution ended, by the design's names. */
export async function ended(run: Run): Promise<{ ended: string; why: string }> {
  await run.closed;
  const { output, error, cause } = run.execution;
  return output === undefined ? { ended: error ?? "?", why: cause ?? "" } : JSON.parse(output);
}

/** Brings a build to dev and, with an operator's approval, to live: where most stories begin. */
export async function established(stage: Stage, build = "good-1"): Promise<void> {
  stage.operator("approve");
  const live = stage.next("live", "release");
  const candidate = candidateOf(build, 1);
  await ended(
    await stage.start("dev", "release", { candidate, requestedBy: "pipeline" }, executionName(candidate, stage.now())),
  );
  const { ended: how, why } = await ended(await live);
  if (how !== "Released") throw new Error(`the stage could not be set: ${how}: ${why}`);
}

export { candidateOf, commitOf, executionName };

function merchantOf(environment: string, both: Awaited<typeof graphs>): string {
  const graph = both.find(({ stack }) => stack === environment);
  const smoke = graph?.resources.find(({ type, name }) => type === "aws:lambda/function:Function" && name === "smoke");
  const variables = (smoke?.inputs.environment as { variables?: { MERCHANTS?: string } } | undefined)?.variables;
  return variables?.MERCHANTS?.split(",")[0] ?? "";
}
