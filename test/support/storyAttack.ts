import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { decodeName } from "../../approval/links.ts";
import type { Candidate } from "../../contract/candidate.ts";
import { releaseRecordId } from "../../contract/ledger.ts";
import type { Mail } from "../../emulator/cloud/outbox.ts";
import type { Run } from "../../emulator/cloud/stepFunctions.ts";
import type { Environment } from "../../emulator/graph/graph.ts";
import { answerLink, linkIn } from "../../rehearsal/operator.ts";
import type { Stage } from "../../rehearsal/stage.ts";
import { ledgerItem } from "./rehearse.ts";
import { reaches } from "./telling.ts";

/** What the execution was started with. */
export const inputOf = ({ execution }: Run): { candidate: Candidate; requestedBy: string } =>
  JSON.parse(execution.input);

/** An item of a ledger as plain values; `{}` where there is none. */
export async function item(stage: Stage, environment: Environment, id: string): Promise<Record<string, unknown>> {
  const found = (await ledgerItem(stage, environment, id)) as Record<string, AttributeValue> | undefined;
  return unmarshall(found ?? {});
}

/** The record that an execution left. */
export const recordOf = (stage: Stage, environment: Environment, { execution }: Run) =>
  item(stage, environment, releaseRecordId(execution.identity.executionArn));

/** Somebody with access to the table changes the environment's item by hand. */
export const tamper = ({ cloud }: Stage, environment: Environment, set: Record<string, unknown>): Promise<unknown> =>
  cloud.call({
    service: "dynamodb",
    action: "UpdateItem",
    input: {
      TableName: `greengate-${environment}-ledger`,
      Key: { id: { S: "environment" } },
      UpdateExpression: `SET ${Object.keys(set)
        .map((name) => `${name} = :${name}`)
        .join(", ")}`,
      ExpressionAttributeValues: marshall(Object.fromEntries(Object.entries(set).map(([key, to]) => [`:${key}`, to]))),
    },
    caller: "somebody",
  });

/** A release on live whose approvers have been asked. */
export async function asked(stage: Stage, input: object, name: string): Promise<Run> {
  const run = await stage.start("live", "release", input, name);
  await reaches(stage, run, "Ask operators");
  await stage.clock.sleep(1_000);
  return run;
}

/** The links that an approver was mailed about the execution, whatever its name, oldest first. */
export const linksAbout = ({ cloud }: Stage, { execution }: Run, approver = "ana"): string[] =>
  cloud.mails
    .filter(({ to }) => to === approver)
    .flatMap((mail) => linkIn(mail) ?? [])
    .filter((link) => decodeName(new URL(link).pathname.split("/")[2] ?? "") === execution.identity.name);

/** An approver answers by the link that came last, or by the one that is given; the status of the page that follows. */
export async function decide(
  stage: Stage,
  run: Run,
  answer: { decision?: "approve" | "reject"; reason?: string; link?: string } = {},
): Promise<number> {
  const { decision = "approve", reason = "as told", link = linksAbout(stage, run).at(-1) ?? "" } = answer;
  const { commit } = inputOf(run).candidate;
  return (await answerLink(stage.cloud.site, link, { decision, commit, reason })).status;
}

/** The page behind an approver's link, as text. */
export async function pageOf(stage: Stage, run: Run): Promise<string> {
  const { pathname: path, host } = new URL(linksAbout(stage, run).at(-1) ?? "");
  const request = { path, query: "", headers: { host }, body: Buffer.from(""), sourceIp: "127.0.0.1" };
  const { body } = await stage.cloud.site({ method: "GET", ...request });
  return typeof body === "string" ? body : Buffer.from(body).toString();
}

/** Mails about an execution. */
export const mailsAbout = ({ cloud }: Stage, { execution }: Run): Mail[] =>
  cloud.mails.filter(({ message }) => message.includes(encodeURI(execution.identity.executionArn)));

/** Somebody's `aws ecs update-service`, past Greengate. */
export const updateByHand = (
  { cloud }: Stage,
  environment: Environment,
  change: Record<string, unknown>,
): Promise<unknown> =>
  cloud.call({
    service: "ecs",
    action: "UpdateService",
    input: { cluster: `greengate-${environment}`, service: `greengate-${environment}`, ...change },
    caller: "somebody",
  });

/** A task definition that nobody released: what is good there, with another image. Its ARN. */
export async function registerByHand({ cloud }: Stage, environment: Environment, image: string): Promise<string> {
  const call = (action: "DescribeTaskDefinition" | "RegisterTaskDefinition", input: Record<string, unknown>) =>
    cloud.call({ service: "ecs", action, input, caller: "somebody" }) as Promise<{ taskDefinition: TaskDefinition }>;
  const families = Object.values(cloud.containers.state().taskDefinitions)
    .map(({ family }) => family)
    .filter((name) => name.includes(environment));
  const template = families.find((name) => name.endsWith("-template")) ?? families[0] ?? "";
  const { taskDefinition } = await call("DescribeTaskDefinition", { taskDefinition: template });
  const { containerDefinitions } = taskDefinition;
  const copied = [
    "networkMode",
    "cpu",
    "memory",
    "requiresCompatibilities",
    "executionRoleArn",
    "taskRoleArn",
  ] as const;
  const registered = await call("RegisterTaskDefinition", {
    ...Object.fromEntries(
      copied.flatMap((name) => (taskDefinition[name] === undefined ? [] : [[name, taskDefinition[name]]])),
    ),
    family: `greengate-${environment}`,
    containerDefinitions: containerDefinitions.map((each) => ({ ...each, image })),
  });
  return registered.taskDefinition.taskDefinitionArn;
}

interface TaskDefinition extends Record<string, unknown> {
  taskDefinitionArn: string;
  containerDefinitions: object[];
}

/** Somebody deletes the environment's item. */
export const deleteEnvironment = ({ cloud }: Stage, environment: Environment): Promise<unknown> =>
  cloud.call({
    service: "dynamodb",
    action: "DeleteItem",
    input: { TableName: `greengate-${environment}-ledger`, Key: { id: { S: "environment" } } },
    caller: "somebody",
  });
