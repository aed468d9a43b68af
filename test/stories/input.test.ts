import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lane } from "../../contract/execution.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { ending } from "../../rehearsal/stage.ts";
import { ledgerItem } from "../support/rehearse.ts";
import { deployments, environmentItem } from "../support/telling.ts";
import { type TroubledStage, troubledStage } from "../support/world.ts";

const candidate = candidateOf("good-2", 2);
const requestedBy = "ana";
const override = { reason: "checkout is down", incident: "INC-7" };
const tag = "greengate.example/sample:latest";
const keys = "image, commit, ref, author, message, pullRequest, sequence, history, changedPaths";

const image = "candidate.image must be an image by digest (repository@sha256:<64 hex digits>)";
const sequence = "candidate.sequence must be a whole number from 0 to 1000000000 (git rev-list --count --first-parent)";

const cases: { what: string; machine: `${Environment} ${Lane}`; input: unknown; why: string | RegExp }[] = [
  {
    what: "text",
    machine: "dev release",
    input: "good-2",
    why: `the execution's input must be a map of candidate, requestedBy, not "good-2"`,
  },
  {
    what: "null",
    machine: "live release",
    input: null,
    why: "the execution's input must be a map of candidate, requestedBy, evidence, contains, not null",
  },
  {
    what: "an array that holds a valid input",
    machine: "dev release",
    input: [{ candidate, requestedBy }],
    why: /candidate is missing: it must be a map of image, .*; requestedBy is missing: it must be 1 to 256 readable/,
  },
  {
    what: "an image by tag",
    machine: "dev release",
    input: { candidate: { ...candidate, image: tag }, requestedBy },
    why: `${image}, not "${tag}"`,
  },
  {
    what: "a commit that isn't hex",
    machine: "live release",
    input: { candidate: { ...candidate, commit: "main" }, requestedBy },
    why: 'candidate.commit must be 40 hex digits, not "main"',
  },
  {
    what: "a commit with more behind it",
    machine: "dev release",
    input: { candidate: { ...candidate, commit: `${candidate.commit}\n` }, requestedBy },
    why: `candidate.commit must be 40 hex digits, not "${candidate.commit}\\n"`,
  },
  {
    what: "an unknown field",
    machine: "dev release",
    input: { candidate, requestedBy, force: true },
    why: "force is not known: the keys are candidate, requestedBy",
  },
  {
    what: "an unknown field of the candidate",
    machine: "live release",
    input: { candidate: { ...candidate, tag: "v2" }, requestedBy },
    why: `candidate.tag is not known: the keys are ${keys}`,
  },
  {
    what: "an override outside the emergency machine",
    machine: "live release",
    input: { candidate, requestedBy, override },
    why: "override is not known: the keys are candidate, requestedBy, evidence, contains",
  },
  {
    what: "evidence for dev, which needs none",
    machine: "dev release",
    input: { candidate, requestedBy, evidence: { executionArn: "arn:aws:states" } },
    why: "evidence is not known: the keys are candidate, requestedBy",
  },
  {
    what: "evidence that names no execution",
    machine: "live release",
    input: { candidate, requestedBy, evidence: "green, I swear" },
    why: 'evidence must be a map of executionArn, not "green, I swear"',
  },
  {
    what: "a sequence that isn't whole",
    machine: "dev release",
    input: { candidate: { ...candidate, sequence: 1.5 }, requestedBy },
    why: `${sequence}, not 1.5`,
  },
  {
    what: "a sequence as text",
    machine: "dev release",
    input: { candidate: { ...candidate, sequence: "2" }, requestedBy },
    why: `${sequence}, not "2"`,
  },
  {
    what: "a pull request that isn't whole",
    machine: "dev release",
    input: { candidate: { ...candidate, pullRequest: 0.5 }, requestedBy },
    why: "candidate.pullRequest must be a whole number from 1, not 0.5",
  },
  {
    what: "an emergency without an incident",
    machine: "live emergency",
    input: { candidate, requestedBy, override: { reason: "checkout is down" } },
    why: "override.incident is missing: it must be 1 to 200 readable characters",
  },
  {
    what: "a rollback to a branch",
    machine: "live rollback",
    input: { requestedBy, rollback: { reason: "slow", to: "main" } },
    why: 'rollback.to must be a commit of 7 to 40 hex digits, not "main"',
  },
  {
    what: "several problems at once",
    machine: "live emergency",
    input: { candidate: { ...candidate, image: tag, commit: "main", sequence: -1 }, requestedBy: "", override: {} },
    why: [
      `${image}, not "${tag}"`,
      'candidate.commit must be 40 hex digits, not "main"',
      `${sequence}, not -1`,
      'requestedBy must be 1 to 256 readable characters, not ""',
      "override.reason is missing: it must be 1 to 1000 readable characters",
      "override.incident is missing: it must be 1 to 200 readable characters",
    ].join("; "),
  },
];

describe("an input that breaks a rule ends InvalidInput and says which, with the actual value", () => {
  let stage: TroubledStage;
  beforeAll(async () => {
    stage = await troubledStage();
  });
  afterAll(() => stage.cloud.close());

  test.each(cases)("$machine: $what", async ({ what, machine, input, why }) => {
    const [environment, lane] = machine.split(" ") as [Environment, Lane];
    const before = { item: await environmentItem(stage, environment), deployments: deployments(stage).length };
    const name = what.replaceAll(/\W/g, "-");

    const run = await stage.start(environment, lane, input, name);
    const { ended, why: said } = await ending(run);

    expect(ended).toBe("InvalidInput");
    expect(said).toEqual(typeof why === "string" ? why : expect.stringMatching(why));
    expect({ item: await environmentItem(stage, environment), deployments: deployments(stage).length }).toEqual(before);
    const record = `release#${run.execution.identity.executionArn}`;
    expect(await ledgerItem(stage, environment, record)).toMatchObject({ ended: { S: "InvalidInput" } });
  });
});
