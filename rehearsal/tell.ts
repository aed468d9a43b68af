import type { Run } from "../emulator/cloud/stepFunctions.ts";
import { type Environment, environments } from "../emulator/graph/graph.ts";
import type { Scenario } from "./scenarios.ts";
import { type Ending, ending, type Stage } from "./stage.ts";
import type { Counts } from "./users/users.ts";

/** How a scenario went: one line of `npm run rehearse -- --json`. */
export interface Outcome {
  scenario: string;
  /** How the execution that the story is about ended. */
  ended: Ending["ended"];
  /** `ended`: how the environment's own last execution in the story did; null = none was started. Commits are those that users are served by. */
  dev: { ended: Ending["ended"] | null; commit: string | null };
  live: { ended: Ending["ended"] | null; before: string | null; after: string | null };
  requests: Counts;
  /** States entered by all executions of the story. */
  transitions: number;
  /** Real time. */
  seconds: number;
}

/** Users of both environments, counted while a scenario runs. */
export type CountUsers = () => { stop(): Promise<Counts> };

/** Plays a scenario on a stage that is set. */
export async function tell(scenario: Scenario, stage: Stage, countUsers: CountUsers): Promise<Outcome> {
  const startedAt = performance.now();
  const earlier = new Set(stage.runs());
  const before = await stage.serving("live");
  const users = countUsers();
  const { ended } = await ending(await scenario.play(stage));
  const told = stage.runs().filter((run) => !earlier.has(run));
  for (const run of told) await ending(run);
  const requests = await users.stop();
  const endings = new Map(environments.map((environment) => [environment, last(told, environment)]));
  return {
    scenario: scenario.name,
    ended,
    dev: { ended: await endedOf(endings.get("dev")), commit: await stage.serving("dev") },
    live: { ended: await endedOf(endings.get("live")), before, after: await stage.serving("live") },
    requests,
    transitions: told.flatMap(({ history }) => history).filter(({ type }) => type.endsWith("StateEntered")).length,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

/** What is wrong with an outcome, one line each; empty = it ended as it must. */
export function faults({ name, ends, changesLive }: Scenario, outcome: Outcome): string[] {
  const { ended, live, requests } = outcome;
  return [
    ...(ended === ends ? [] : [`${name} must end ${ends}, not ${ended}`]),
    ...((live.before !== live.after) === changesLive
      ? []
      : [`${name}: live must ${changesLive ? "change" : "stay"}, but went from ${live.before} to ${live.after}`]),
    ...(requests.failed === 0 ? [] : [`${name}: ${requests.failed} requests failed, which must be 0`]),
  ];
}

/** The same where faults were put in: users may suffer and ends differ, but live changes only by a story that ended as it must. */
export const dangers = (scenario: Scenario, outcome: Outcome): string[] =>
  faults(
    {
      ...scenario,
      ends: outcome.ended,
      changesLive: scenario.changesLive && outcome.ended === scenario.ends,
    },
    { ...outcome, requests: { ...outcome.requests, failed: 0 } },
  );

const last = (runs: Run[], environment: Environment): Run | undefined =>
  runs.filter(({ machine }) => machine.name.includes(`-${environment}-`)).at(-1);

const endedOf = async (run: Run | undefined): Promise<Ending["ended"] | null> =>
  run ? (await ending(run)).ended : null;
