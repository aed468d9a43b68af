import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { ECSClient } from "@aws-sdk/client-ecs";
import { checks, liveness } from "./checks/all.ts";
import { type AdmissionEnvironment, admissionEnvironment } from "./environment.ts";
import { type HookEvent, readHookEvent } from "./hookEvent.ts";
import { type Judgement, judge, recognise, type Subject } from "./judge.ts";
import { readEnvironment, report } from "./ledger.ts";
import { reason } from "./outcome.ts";
import { describeRevision } from "./revision.ts";
import { type Outside, runSmoke } from "./run.ts";
import { scrubber } from "./scrub.ts";

export interface AdmissionOutside extends Outside {
  ecs: ECSClient;
  dynamodb: DynamoDBClient;
}

/** ECS goes on, or rolls back before a user has seen the new revision. */
export interface HookAnswer {
  hookStatus: "SUCCEEDED" | "FAILED";
}

/**
 * ECS's hook: finds out what it judges, judges it under the test header, and writes the verdict down before it answers.
 * Whatever can't be told or written is not admitted. Throws InvalidEnvironment and InvalidHookEvent.
 */
export function admission(variables: Record<string, string | undefined>, outside: AdmissionOutside) {
  const env = admissionEnvironment(variables);
  return async (given: unknown): Promise<HookAnswer> => {
    const event = readHookEvent(given);
    const { judgement, release } = await judged(env, outside, event);
    const { verdict, why, admitted } = judgement;
    const at = new Date(outside.clock.now()).toISOString();
    const item = { id: `smoke#${event.resourceArn}` as const, verdict, why, at };
    const written = await report(
      outside.dynamodb,
      env.ledger,
      release === undefined ? item : { ...item, release },
    ).then(
      () => true,
      (error: unknown) => console.error(`admission: the verdict could not be written: ${reason(error)}`),
    );
    return { hookStatus: admitted && written === true ? "SUCCEEDED" : "FAILED" };
  };
}

async function judged(
  env: AdmissionEnvironment,
  outside: AdmissionOutside,
  event: HookEvent,
): Promise<{ judgement: Judgement; release?: string }> {
  try {
    const subject = await subjectOf(env, outside, event);
    if (subject.kind === "unknown") return { judgement: refused(subject.why) };
    if (subject.kind === "first") return { judgement: first };
    const { release, commit } = subject.kind === "known" ? subject.good : subject.announcement;
    const [name, value] = env.testHeader;
    const selected = subject.kind === "known" ? liveness : checks;
    const green = { env, headers: { [name]: value }, expected: { release, commit }, checks: selected };
    const blue = subject.kind === "candidate" ? subject.blue : undefined;
    const runs = await Promise.all([
      runSmoke(green, outside),
      blue === undefined ? undefined : runSmoke({ env, headers: {}, expected: blue, checks }, outside),
    ]);
    return { judgement: judge(subject, ...runs), release };
  } catch (error) {
    return { judgement: refused(`it cannot be told what this is: ${reason(error)}`) };
  }
}

async function subjectOf(env: AdmissionEnvironment, outside: AdmissionOutside, event: HookEvent): Promise<Subject> {
  const ours = `:service/${lastPart(env.cluster)}/${lastPart(env.service)}`;
  const { serviceArn } = event.executionDetails;
  if (!serviceArn.endsWith(ours)) return { kind: "unknown", why: `${serviceArn} is not this hook's service (${ours})` };
  const [revision, environment] = await Promise.all([
    describeRevision(outside.ecs, event),
    readEnvironment(outside.dynamodb, env.ledger),
  ]);
  return recognise({ ...revision, environment });
}

const first: Judgement = { verdict: "first", why: "the service's very first deployment", admitted: true };

function refused(why: string): Judgement {
  return { verdict: "refused", why: scrubber().clean(why), admitted: false };
}

/** A name as it is, or the end of an ARN. */
function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
