import * as v from "valibot";
import { type Ended, ended } from "../contract/ends.ts";
import { type Lane, releaseOf } from "../contract/execution.ts";
import type { Clock } from "../emulator/clock.ts";
import type { Cloud } from "../emulator/cloud/cloud.ts";
import type { Mail } from "../emulator/cloud/outbox.ts";
import type { Run } from "../emulator/cloud/stepFunctions.ts";
import type { Environment, Graph } from "../emulator/graph/graph.ts";
import { candidateOf, executionName } from "./candidates.ts";
import { answerLink, linkIn } from "./operator.ts";
import { type BuildName, builds } from "./sample/builds.ts";

/** What stands in for the operators: decides by itself, or leaves the link to a person. */
export type Operator = "approve" | "reject" | "a person";

export interface StageArgs {
  cloud: Cloud;
  clock: Clock;
  graphs: readonly Graph[];
  /** Builds on main, oldest first. */
  main?: readonly string[];
}

/** A cloud with both environments, and the verbs in which a story is told. */
export interface Stage {
  cloud: Cloud;
  clock: Clock;
  /** Releases of builds that have a fault: their wrong answers are their own. */
  badReleases: ReadonlySet<string>;
  /** Every execution so far, oldest first. */
  runs(): readonly Run[];
  operator: Operator;
  /** Hand the cloud's mails to it. */
  read(mail: Mail): void;
  /** A merge to main: dev's release machine starts with the next candidate. */
  merge(build: BuildName): Promise<Run>;
  /** Live is asked for a build, with or without the execution that found it green on dev. */
  promote(build: BuildName, evidence?: Run): Promise<Run>;
  /** A branch is deployed with a reason and an incident. */
  emergency(environment: Environment, build: BuildName): Promise<Run>;
  start(environment: Environment, lane: Lane, input: unknown, name: string): Promise<Run>;
  /** The execution on live that dev's release has offered. */
  offeredBy(run: Run): Run | undefined;
  /** The commit that users of the environment are served by; null where nothing answers. */
  serving(environment: Environment): Promise<string | null>;
}

export function createStage({ cloud, clock, graphs, main: merged = [] }: StageArgs): Stage {
  const badReleases = new Set<string>();
  const main = [...merged];
  const machines = new Map(
    graphs
      .flatMap(({ resources }) => resources)
      .filter(({ type }) => type === "aws:sfn/stateMachine:StateMachine")
      .map(({ inputs, outputs }) => [String(inputs.name), String(outputs.arn)]),
  );
  const start: Stage["start"] = (environment, lane, input, name) => {
    const stateMachineArn = [...machines].find(([machine]) => machine.endsWith(`-${environment}-${lane}`))?.[1] ?? "";
    return cloud.stepFunctions.startExecution({ stateMachineArn, name, input: JSON.stringify(input) });
  };
  const launch = async (environment: Environment, lane: Lane, build: BuildName, more: object, ref?: string) => {
    const standing = main.includes(build) ? main.indexOf(build) : main.length;
    const contains = [...main.slice(0, standing), build];
    const candidate = candidateOf(build, standing + 1, { contains, ...(ref ? { ref } : {}) });
    const name = executionName(candidate, clock.now());
    const run = await start(environment, lane, { candidate, requestedBy: "ana", ...more }, name);
    if (Object.keys(builds[build]).length > 0) badReleases.add(releaseOf(run.execution.identity.executionArn));
    return run;
  };
  const stage: Stage = {
    cloud,
    clock,
    badReleases,
    runs: () => [...cloud.stepFunctions.runs.values()],
    operator: "a person",
    read(mail) {
      const link = linkIn(mail);
      const commit = /\b[0-9a-f]{40}\b/.exec(mail.message)?.[0];
      const { operator } = stage;
      if (operator === "a person" || !link || !commit) return;
      // A person takes a while, and one of them is enough.
      clock.at(clock.now() + 60_000, () => {
        void answerLink(cloud.site, link, { decision: operator, commit, reason: "as the rehearsal has it" });
      });
    },
    merge(build) {
      const merged = launch("dev", "release", build, {});
      if (!main.includes(build)) main.push(build);
      return merged;
    },
    promote: (build, evidence) =>
      launch("live", "release", build, {
        ...(evidence ? { evidence: { executionArn: evidence.execution.identity.executionArn } } : {}),
      }),
    emergency: (environment, build) =>
      launch(
        environment,
        "emergency",
        build,
        { override: { reason: "checkout is down", incident: "INC-7" } },
        "hotfix",
      ),
    start,
    offeredBy: ({ execution }) =>
      stage
        .runs()
        .find(
          ({ machine, execution: other }) =>
            machine.name.endsWith("-live-release") && other.identity.name === execution.identity.name,
        ),
    async serving(environment) {
      const response = await clock.during(() => fetch(`${cloud.origins[environment]}/health`));
      const body: unknown = response.ok ? await response.json() : await response.text();
      return v.is(v.object({ commit: v.string() }), body) ? body.commit : null;
    },
  };
  return stage;
}

export interface Ending {
  /** `TIMED_OUT`, `ABORTED`: it came to no end of its own. */
  ended: Ended | "TIMED_OUT" | "ABORTED";
  why: string;
}

/** How an execution ended, by the design's names; resolves when it has. */
export async function ending(run: Run): Promise<Ending> {
  await run.closed;
  const { output, status, error = status, cause = "" } = run.execution;
  const own = status === "FAILED" || status === "SUCCEEDED";
  const said = output === undefined ? { ended: own ? error : status, why: cause } : JSON.parse(output);
  return v.parse(
    v.object({ ended: v.union([ended, v.literal("TIMED_OUT"), v.literal("ABORTED")]), why: v.string() }),
    said,
  );
}

/** Brings a build to dev and, approved, to live: where stories begin. */
export async function establish(stage: Stage, build: BuildName): Promise<void> {
  const { operator } = stage;
  stage.operator = "approve";
  const dev = await stage.merge(build);
  const first = await ending(dev);
  const live = stage.offeredBy(dev);
  const last = live ? await ending(live) : first;
  if (!live || last.ended !== "Released") throw new Error(`The stage could not be set: ${last.ended}: ${last.why}`);
  stage.operator = operator;
}
