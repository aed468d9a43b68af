import { expect, test } from "vitest";
import type { Graph } from "../../../emulator/graph/graph.ts";
import { ending } from "../../../rehearsal/stage.ts";
import { graphs, openStage } from "../../support/rehearse.ts";
import { grantsOf, without } from "./support/grants.ts";

const account = "000000000000";
const user = (role: string) =>
  `User: arn:aws:sts::${account}:assumed-role/${role}/${role} is not authorized to perform: `;
const live = { TableName: "greengate-live-ledger", Key: { id: { S: "environment" } } };

test("a role of dev's can't read live's ledger; an operator, whom the graph doesn't know, can", async () => {
  const { cloud } = await openStage();
  const read = (caller: string) => cloud.call({ service: "dynamodb", action: "GetItem", input: live, caller });
  await expect(read(`arn:aws:iam::${account}:role/greengate-dev-deploy`)).rejects.toMatchObject({
    code: "AccessDeniedException",
    message: `${user("greengate-dev-deploy")}dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:${account}:table/greengate-live-ledger because no identity-based policy allows the dynamodb:GetItem action`,
  });
  expect(await read(`arn:aws:iam::${account}:role/operators`)).toMatchObject({ Item: live.Key });
  expect(cloud.denials).toEqual([expect.stringContaining("dynamodb:GetItem")]);
  await cloud.close();
});

test("a call whose permissions nobody has written down is refused to every role", async () => {
  const { cloud } = await openStage();
  const caller = `arn:aws:iam::${account}:role/greengate-dev-deploy`;
  const call = { service: "dynamodb", action: "DeleteItem", input: live, caller } as const;
  await expect(cloud.call(call)).rejects.toThrow(
    "The embedded cloud doesn't know which permissions dynamodb:DeleteItem takes",
  );
  await cloud.close();
});

test("without ecs:UpdateService a release fails as it would in AWS: nothing is deployed, and the denial is on record", async () => {
  const { stage, run } = await emergency("deploy", "ecs:UpdateService");
  expect((await ending(run)).ended).not.toBe("Released");
  expect(stage.cloud.denials[0]).toContain(`${user("greengate-dev-deploy")}ecs:UpdateService on resource: `);
  expect(Object.keys(stage.cloud.containers.state().deployments)).toEqual([]);
  await stage.cloud.close();
});

test("a machine that may not invoke a function sees what Step Functions makes of it", async () => {
  const { stage, run } = await emergency("emergency", "lambda:InvokeFunction");
  await ending(run);
  const failed = run.history.find(({ type }) => type === "TaskFailed")?.taskFailedEventDetails;
  expect(failed).toMatchObject({
    error: "Lambda.AWSLambdaException",
    cause: expect.stringMatching(`^${user("greengate-dev-emergency")}lambda:InvokeFunction on resource: `),
  });
  await stage.cloud.close();
});

test("people who can't be told don't keep a release from ending, but the denial is on record", async () => {
  const { stage, run } = await emergency("gate", "sns:Publish");
  expect((await ending(run)).ended).toBe("Released");
  expect(stage.cloud.denials.at(-1)).toContain("SNS:Publish");
  await stage.cloud.close();
});

test("ECS that may not ask the hook rolls back", async () => {
  const { stage, run } = await emergency("hook", "lambda:InvokeFunction");
  expect((await ending(run)).ended).not.toBe("Released");
  expect(await stage.serving("dev")).toBeNull();
  await stage.cloud.close();
});

test.each(["url", "invoke-by-url"])("the approval link needs the permission %s", async (name) => {
  const less = (graph: Graph): Graph => ({
    ...graph,
    resources: graph.resources.filter((one) => one.type !== "aws:lambda/permission:Permission" || one.name !== name),
  });
  const visit = { method: "GET", path: "/a/none/none", query: "", headers: {}, body: Buffer.from(""), sourceIp: "::1" };
  const [whole, lacking] = [await openStage(), await openStage({ graphs: (await graphs()).map(less) })];
  expect((await whole.cloud.site(visit)).status).toBe(404);
  expect((await lacking.cloud.site(visit)).status).toBe(403);
  await Promise.all([whole.cloud.close(), lacking.cloud.close()]);
});

/** An emergency on dev, the first release there, with one action less. */
async function emergency(role: string, action: string) {
  const whole = await graphs();
  const grant = grantsOf(whole).find((one) => one.stack === "dev" && one.role === role && one.action === action);
  if (!grant) throw new Error(`dev's ${role} isn't allowed ${action} anyway`);
  const stage = await openStage({ graphs: without(whole, grant) });
  return { stage, run: await stage.emergency("dev", "good-1") };
}
