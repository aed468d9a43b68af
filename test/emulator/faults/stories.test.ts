import { expect, test } from "vitest";
import type { Run } from "../../../emulator/cloud/stepFunctions.ts";
import type { BuildName } from "../../../rehearsal/sample/builds.ts";
import { commitOf, imageOf } from "../../../rehearsal/samples.ts";
import { ending, type Stage } from "../../../rehearsal/stage.ts";
import { deploymentsOf, faultyStage, releaseDespite } from "../../support/faults.ts";
import { ledgerItem, visitors } from "../../support/rehearse.ts";

const [good1, good2] = [commitOf("good-1"), commitOf("good-2")];

test("a throttled UpdateService is asked again until ECS takes it", async () => {
  const { stage, ended } = await releaseDespite("ecs:UpdateService throttle 2");
  expect([ended, await stage.serving("dev")]).toEqual(["Released", good2]);
  await stage.cloud.close();
});

test("an ECS that goes on throttling UpdateService ends the release before anything has changed", async () => {
  const { stage, ended, why } = await releaseDespite("ecs:UpdateService throttle 1000");
  expect([ended, why]).toEqual(["Unavailable", expect.stringContaining("ECS could not be asked for")]);
  expect([deploymentsOf(stage, "dev"), await stage.serving("dev")]).toEqual([[], good1]);
  await stage.cloud.close();
});

test("UpdateService whose response is lost starts one deployment, not two", async () => {
  const { stage, ended } = await releaseDespite("ecs:UpdateService lose 1");
  expect([ended, deploymentsOf(stage, "dev")]).toEqual(["Released", ["SUCCESSFUL"]]);
  await stage.cloud.close();
});

test("a deployment that ECS began is found by its announcement, though no answer ever told of it", async () => {
  const { stage, ended } = await releaseDespite("ecs:UpdateService lose 99");
  expect([ended, deploymentsOf(stage, "dev")]).toEqual(["Released", ["SUCCESSFUL"]]);
  expect(await stage.serving("dev")).toBe(good2);
  await stage.cloud.close();
});

test("the ledger's writes are done once although their responses are lost: the lock is taken again by its holder", async () => {
  const { stage, ended } = await releaseDespite("dynamodb:UpdateItem lose 2 on dev");
  expect(ended).toBe("Released");
  const environment = await ledgerItem(stage, "dev", "environment");
  expect(environment).toMatchObject({ good: { M: { commit: { S: good2 } } } });
  expect(environment).not.toHaveProperty("holder");
  await stage.cloud.close();
});

test("a smoke that times out is asked again; one that always does is not green, and the release is not condemned", async () => {
  const once = await releaseDespite("lambda:smoke timeout 1");
  expect([once.ended, await once.stage.serving("dev")]).toEqual(["Released", good2]);
  await once.stage.cloud.close();
  const always = await releaseDespite("lambda:smoke timeout 99");
  expect([always.ended, always.why]).toEqual(["RolledBack", expect.stringContaining("Sandbox.Timedout")]);
  expect([await always.stage.serving("dev"), await quarantined(always.stage, "good-2")]).toEqual([good1, false]);
  await always.stage.cloud.close();
});

test("one task that crashes at boot is replaced; when all do, the circuit breaker ends the release", async () => {
  const once = await releaseDespite("task:dev crash-at-boot 1");
  expect([once.ended, await once.stage.serving("dev")]).toEqual(["Released", good2]);
  await once.stage.cloud.close();
  const always = await releaseDespite("task:dev crash-at-boot 99");
  expect([always.ended, always.why]).toEqual(["DeployFailed", expect.stringContaining("circuit breaker")]);
  expect(await always.stage.serving("dev")).toBe(good1);
  await always.stage.cloud.close();
});

test("a task that crashes after so many requests fails users until ECS has replaced it", async () => {
  const { stage } = await faultyStage("task:dev crash-after 30");
  const tasks = () => Object.keys(stage.cloud.containers.state().tasks).filter((arn) => arn.includes("-dev/"));
  const [victim] = tasks();
  const users = visitors(stage);
  await stage.clock.sleep(5 * 60_000);
  const { sent, failed } = await users.stop();
  expect([failed > 0, failed < sent / 10]).toEqual([true, true]);
  expect([tasks(), await stage.serving("dev")]).toEqual([[expect.not.stringMatching(victim!)], good1]);
  await stage.cloud.close();
});

test("slow weights: the smoke waits until the release answers, and what still doesn't answer is not condemned", async () => {
  const prompt = await releaseDespite("balancer:dev slow-weights 1");
  const slow = await releaseDespite("balancer:dev slow-weights 25");
  expect([prompt.ended, slow.ended]).toEqual(["Released", "Released"]);
  expect([smokeSeconds(prompt.run) < 5, smokeSeconds(slow.run) > 5]).toEqual([true, true]);
  const never = await releaseDespite("balancer:dev slow-weights 3600");
  expect([never.ended, never.why]).toEqual(["Refused", expect.stringContaining("did not answer 5 times in a row")]);
  expect([await never.stage.serving("dev"), await quarantined(never.stage, "good-2")]).toEqual([good1, false]);
  for (const { stage } of [prompt, slow, never]) await stage.cloud.close();
});

test("rules that somebody puts back to the program's after a shift: what users don't meet is never called Released", async () => {
  const { stage, unmet } = await faultyStage("balancer:dev reset-rules 1", "balancer:dev reset-rules 2");
  // The program's first colour, which the second deployment shifts to and the third leaves.
  expect((await ending(await stage.merge("good-2"))).ended).toBe("Released");
  const { ended, why } = await ending(await stage.merge("orders-fail-under-traffic"));
  expect(ended).toBe("RolledBack");
  expect(why).toMatch(/did not answer 5 times in a row within 30 s; last: /);
  expect([deploymentsOf(stage, "dev"), await stage.serving("dev")]).toEqual([
    ["SUCCESSFUL", "ROLLBACK_SUCCESSFUL"],
    good2,
  ]);
  expect(await ledgerItem(stage, "dev", "environment")).toMatchObject({ good: { M: { commit: { S: good2 } } } });
  expect(await quarantined(stage, "orders-fail-under-traffic")).toBe(false);
  expect([...unmet]).toEqual([]);
  await stage.cloud.close();
});

test("rules that somebody puts back after a rollback's shift lead to nothing: a deployment of last-known-good sets them outright", async () => {
  const { stage, unmet } = await faultyStage("balancer:dev reset-rules 2");
  expect((await ending(await stage.merge("red"))).ended).toBe("RolledBack");
  expect([deploymentsOf(stage, "dev"), await stage.serving("dev")]).toEqual([
    ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"],
    good1,
  ]);
  expect(await ledgerItem(stage, "dev", "environment")).toMatchObject({ good: { M: { commit: { S: good1 } } } });
  expect([...unmet]).toEqual([]);
  expect((await ending(await stage.merge("good-2"))).ended).toBe("Released");
  expect(await stage.serving("dev")).toBe(good2);
  await stage.cloud.close();
});

test("a function that the program doesn't have is refused before anything starts", async () => {
  await expect(faultyStage("lambda:smok timeout 1")).rejects.toThrow(
    'fault "lambda:smok timeout 1": the function is not known: "smok"; did you mean smoke?',
  );
});

/** Cloud seconds that the machine's smoke took. */
function smokeSeconds({ history }: Run): number {
  const at = (details: string) => history.find((event) => event[`state${details}EventDetails`]?.name === "Smoke");
  return ((at("Exited")?.timestamp ?? Number.NaN) - (at("Entered")?.timestamp ?? Number.NaN)) / 1000;
}

/** Whether the build may no longer be released on dev. */
async function quarantined(stage: Stage, build: BuildName): Promise<boolean> {
  const digest = imageOf(build).split("@")[1];
  return (await ledgerItem(stage, "dev", `quarantine#${digest}`)) !== undefined;
}
