import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { SFNClient } from "@aws-sdk/client-sfn";
import type { SNSClient } from "@aws-sdk/client-sns";
import { type AdmissionReport, type Announcement, admissionReportId } from "../contract/ledger.ts";
import { lineOf } from "../contract/text.ts";
import { checks, liveness } from "./checks/all.ts";
import { within } from "./clock.ts";
import { type AdmissionEnvironment, admissionEnvironment } from "./environment.ts";
import { type HookEvent, readHookEvent } from "./hookEvent.ts";
import { admitCreation, judgeCandidate, judgeGood, refuse } from "./judge.ts";
import { readEnvironment, writeReport } from "./ledger.ts";
import { type GoodDeployment, reportManualDeployment } from "./notice.ts";
import { describeError } from "./outcome.ts";
import { describeRelease, describeRevision } from "./revision.ts";
import { type Outside, runSmoke, type SmokeRun } from "./run.ts";
import { explainEnd, recognise } from "./subject.ts";

export interface AdmissionOutside extends Outside {
  ecs: ECSClient;
  dynamodb: DynamoDBClient;
  sfn: SFNClient;
  sns: SNSClient;
}

/** ECS goes on, or rolls back before a user has seen the new revision. */
export interface HookAnswer {
  hookStatus: "SUCCEEDED" | "FAILED";
}

/** Milliseconds; both together are well below the function's own timeout, after which ECS would be left without a report. */
const judgingLimit = 120_000;
const writingLimit = 20_000;

/** In characters: longer names don't pass the contract, and gate/ compares what is reported with the whole name. */
const longestRelease = 800;

type Finding = Omit<AdmissionReport, "id" | "at">;

/**
 * ECS's hook: finds out what it judges, judges it under the test header, and writes the report before it answers.
 * Whatever can't be found out or written is not admitted. Throws InvalidEnvironment and InvalidHookEvent.
 */
export function admission(variables: Record<string, string | undefined>, outside: AdmissionOutside) {
  const env = admissionEnvironment(variables);
  const { clock, dynamodb } = outside;
  return async (given: unknown): Promise<HookAnswer> => {
    const event = readHookEvent(given);
    const found = await within(clock, judgingLimit, "judging", () => judgeDeployment(env, outside, event)).catch(
      (error: unknown): Finding => refuse(`it can't be judged: ${describeError(error)}`),
    );
    const at = new Date(clock.now()).toISOString();
    const report = { id: admissionReportId(event.resourceArn), ...found, at };
    try {
      await within(clock, writingLimit, "writing", (signal) => writeReport(dynamodb, env.ledger, report, signal));
    } catch (error) {
      console.error(`admission: not admitted, the report can't be written: ${lineOf(describeError(error), 500)}`);
      return { hookStatus: "FAILED" };
    }
    return { hookStatus: found.admitted ? "SUCCEEDED" : "FAILED" };
  };
}

async function judgeDeployment(
  env: AdmissionEnvironment,
  outside: AdmissionOutside,
  event: HookEvent,
): Promise<Finding> {
  const ours = `:service/${lastPart(env.cluster)}/${lastPart(env.service)}`;
  const { serviceArn } = event.executionDetails;
  if (!serviceArn.endsWith(ours)) return refuse(`${serviceArn} is not this hook's service (${ours})`);
  const [revision, environment] = await Promise.all([
    describeRevision(outside.ecs, event),
    readEnvironment(outside.dynamodb, env.ledger),
  ]);
  const subject = recognise({ revision, environment, template: env.template });
  switch (subject.kind) {
    case "candidate": {
      // Before the first good release there is nothing to compare with: what users have, if anything, may be what is to be mended.
      const source = environment.good && !revision.isFirst ? revision.source : undefined;
      const found = await judgeAnnounced(env, outside, subject.announcement, source);
      if (!found.admitted) return found;
      // The smoke takes a while, in which the lock may change hands.
      const later = { revision, environment: await readEnvironment(outside.dynamodb, env.ledger) };
      const again = recognise({ ...later, template: env.template });
      return again.kind === "stranger" ? refuse(again.why) : found;
    }
    case "good":
      return judgeWayBack(env, outside, subject);
    case "creation":
      return admitCreation();
    case "stranger":
      return refuse(subject.why);
  }
}

async function judgeAnnounced(
  env: AdmissionEnvironment,
  outside: AdmissionOutside,
  { execution, release, commit, smoke }: Announcement,
  source: string | undefined,
): Promise<Finding> {
  const end = await explainEnd(outside.sfn, execution);
  if (end !== undefined) return refuse(end);
  const [green, blue] = await Promise.all([
    runSmoke({ env, headers: testHeaders(env), expected: { release, commit }, checks }, outside),
    source === undefined ? undefined : smokeBlue(env, outside, source),
  ]);
  return { ...judgeCandidate(smoke, green, blue), release: lineOf(release, longestRelease) };
}

/**
 * What users see now, by what ECS runs: the ledger's last-known-good may not be it, since ECS finishes a deployment whose execution
 * was stopped. Undefined where that is no release.
 */
async function smokeBlue(
  env: AdmissionEnvironment,
  outside: AdmissionOutside,
  source: string,
): Promise<SmokeRun | undefined> {
  try {
    const expected = await describeRelease(outside.ecs, source);
    return expected && (await runSmoke({ env, headers: {}, expected, checks }, outside));
  } catch (error) {
    return { verdict: "error", why: lineOf(describeError(error), 500), checks: [], isThere: false };
  }
}

async function judgeWayBack(
  env: AdmissionEnvironment,
  outside: AdmissionOutside,
  deployment: GoodDeployment,
): Promise<Finding> {
  const { release, commit } = deployment.good;
  const smoke = { env, headers: testHeaders(env), expected: { release, commit }, checks: liveness };
  const [run] = await Promise.all([runSmoke(smoke, outside), reportManualDeployment(env, outside, deployment)]);
  return { ...judgeGood(run, deployment.isLast), release: lineOf(release, longestRelease) };
}

const testHeaders = ({ testHeader: [name, value] }: AdmissionEnvironment) => ({ [name]: value });

/** A name as it is, or the end of an ARN. */
function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
