import type { Candidate } from "../../../contract/candidate.ts";
import { buildOf } from "../../../contract/candidate.ts";
import { releaseOf } from "../../../contract/execution.ts";
import type { Good } from "../../../contract/ledger.ts";

export const registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop";

/** A build is called by the hex digit of which its commit and its digest are made. */
export const commitOf = (build: string): string => build.repeat(40);
export const digestOfBuild = (build: string): string => `sha256:${build.repeat(64)}`;

/** A build's place on main: `a` is the tenth. */
const sequenceOf = (build: string): number => Number.parseInt(build, 16);

export const candidateOf = (build: string, more: Partial<Candidate> = {}): Candidate => ({
  image: `${registry}@${digestOfBuild(build)}`,
  commit: commitOf(build),
  ref: "main",
  author: "Chloë",
  message: `Build ${build}`,
  sequence: sequenceOf(build),
  ...more,
});

export const executionOf = (machine: string, name: string): string =>
  `arn:aws:states:eu-central-1:123456789012:execution:shop-${machine}:${name}`;

export const taskDefinitionOf = (revision: number | string): string =>
  `arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-live:${revision}`;

/** A build as last-known-good; its revision is its place on main. */
export function goodOf(build: string, more: Partial<Good> = {}): Good {
  const execution = executionOf("live-release", `main-${build}`);
  return {
    ...buildOf(candidateOf(build)),
    execution,
    taskDefinition: taskDefinitionOf(sequenceOf(build)),
    release: releaseOf(execution),
    digest: digestOfBuild(build),
    since: "2026-11-20T09:10:00.000Z",
    hotfix: false,
    ...more,
  };
}
