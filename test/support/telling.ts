import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import type { ServiceDeployment } from "../../emulator/ecs/state.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import { answerLink, linkIn } from "../../rehearsal/operator.ts";
import type { BuildName } from "../../rehearsal/sample/builds.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { type Ending, ending, type Stage } from "../../rehearsal/stage.ts";
import { ledgerItem } from "./rehearse.ts";

/** Time passes until the execution enters the state; throws if it ends before. */
export async function reaches(stage: Stage, run: Run, state: string): Promise<void> {
  while (!entered(run, state)) {
    const { status, error, cause } = run.execution;
    if (status !== "RUNNING") throw new Error(`It ended before "${state}": ${status} ${error ?? ""} ${cause ?? ""}`);
    await stage.clock.sleep(1_000);
  }
}

/** Whether the execution has entered the state. */
export const entered = ({ history }: Run, state: string): boolean =>
  history.some(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name === state);

/** A merge that dev finds green: dev's execution, and live's, which waits for the operators' answer. */
export async function offered(stage: Stage, build: BuildName): Promise<{ dev: Run; live: Run }> {
  const dev = await stage.merge(build);
  const { ended, why } = await ending(dev);
  const live = stage.offeredBy(dev);
  if (!live) throw new Error(`dev offered nothing: ${ended}: ${why}`);
  await reaches(stage, live, "Ask operators");
  await stage.clock.sleep(1_000);
  return { dev, live };
}

/** The link that an approver was mailed about the execution. */
export function linkTo({ cloud }: Stage, { execution }: Run, approver = "ana"): string {
  const links = cloud.mails.filter(({ to }) => to === approver).flatMap((mail) => linkIn(mail) ?? []);
  const link = links.findLast((one) => new URL(one).pathname.split("/")[2] === execution.identity.name);
  if (!link) throw new Error(`${approver} was mailed no link about ${execution.identity.name}`);
  return link;
}

/** An approver opens the link and answers; the status of the page that follows. */
export async function answer(stage: Stage, run: Run, decision: "approve" | "reject"): Promise<number> {
  const { candidate } = JSON.parse(run.execution.input);
  const { commit } = candidate;
  return (await answerLink(stage.cloud.site, linkTo(stage, run), { decision, commit, reason: "as told" })).status;
}

/** The task token with which the waiting execution can be answered: the operators never see it. */
export async function tokenOf(stage: Stage, { execution }: Run): Promise<string> {
  const item = await ledgerItem(stage, "live", `approval#${execution.identity.name}`);
  return (item as { taskToken: { S: string } }).taskToken.S;
}

/** A merge all the way to live, approved. */
export async function released(stage: Stage, build: BuildName): Promise<Ending> {
  const { live } = await offered(stage, build);
  await answer(stage, live, "approve");
  return ending(live);
}

let requests = 0;
/** An operator's rollback. */
export const rollback = async (stage: Stage, environment: Environment, to?: BuildName): Promise<Run> =>
  stage.start(
    environment,
    "rollback",
    {
      requestedBy: "ana",
      rollback: { reason: "orders are slow", ...(to ? { to: commitOf(to).slice(0, 7) } : {}) },
    },
    `rollback-${++requests}`,
  );

/** Ordinary merchants on live, who look at products every five seconds until the story tells them to stop. */
export function shoppers({ clock, cloud }: Stage): () => void {
  let shopping = true;
  const shop = async (): Promise<void> => {
    if (!shopping) return;
    await clock.during(() =>
      Promise.all([1, 2].map(() => fetch(`${cloud.origins.live}/products`).then((it) => it.text()))),
    );
    clock.at(clock.now() + 5_000, () => void shop());
  };
  void shop();
  return () => {
    shopping = false;
  };
}

/** Every service deployment that ECS was ever asked for, oldest first. */
export const deployments = ({ cloud }: Stage): ServiceDeployment[] =>
  Object.values(cloud.containers.state().deployments).toSorted((one, other) => one.createdAt - other.createdAt);

/** The environment's one item, as plain values. */
export async function environmentItem(stage: Stage, environment: Environment): Promise<Record<string, unknown>> {
  const item = (await ledgerItem(stage, environment, "environment")) as Record<string, AttributeValue> | undefined;
  return unmarshall(item ?? {});
}

/** The quarantine of a build's digest in DynamoDB's JSON, by template; `{}` where there is none. */
export async function quarantined(stage: Stage, environment: Environment, build: BuildName): Promise<object> {
  const digest = imageOf(build).split("@")[1];
  return (await ledgerItem(stage, environment, `quarantine#${digest}`)) ?? {};
}

/** Somebody else holds the lock from now on. */
export const takeLock = ({ cloud }: Stage, holder: string, environment: Environment): Promise<unknown> =>
  cloud.call({
    service: "dynamodb",
    action: "UpdateItem",
    input: {
      TableName: `greengate-${environment}-ledger`,
      Key: { id: { S: "environment" } },
      UpdateExpression: "SET holder = :holder, fence = fence + :one",
      ExpressionAttributeValues: { ":holder": { S: holder }, ":one": { N: "1" } },
    },
    caller: "the story",
  });

/** The release that users of live are served by: two may be of one commit. */
export async function servedRelease({ clock, cloud }: Stage): Promise<string | null> {
  const response = await clock.during(() => fetch(`${cloud.origins.live}/health`));
  await response.text();
  return response.headers.get("x-greengate-release");
}
