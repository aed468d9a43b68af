import { request } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunContainer } from "../../emulator/cloud/elasticContainers.ts";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { serve } from "../../rehearsal/sample/serve.ts";
import { commitOf, imageOf } from "../../rehearsal/samples.ts";
import { ending } from "../../rehearsal/stage.ts";
import { graphs } from "../support/rehearse.ts";
import { sampleServers } from "../support/sampleServers.ts";
import {
  asked,
  decide,
  deleteEnvironment,
  inputOf,
  item,
  linksAbout,
  mailsAbout,
  pageOf,
  recordOf,
  registerByHand,
  tamper,
  updateByHand,
} from "../support/storyAttack.ts";
import {
  answer,
  deployments,
  entered,
  environmentItem,
  offered,
  reaches,
  released,
  tokenOf,
} from "../support/telling.ts";
import { openTroubledStage, type TroubledStage, troubledStage } from "../support/world.ts";

const day = 86_400_000;
const minutes = 60_000;
const override = { reason: "checkout is down", incident: "INC-7" };
let stage: TroubledStage;

/** How an environment's service deployments ended, oldest first. */
const deploymentsOf = (environment: string): string[] =>
  deployments(stage)
    .filter(({ serviceArn }) => serviceArn.endsWith(`-${environment}`))
    .map(({ status }) => status);

describe("what whoever starts an execution writes", () => {
  beforeAll(async () => {
    stage = await troubledStage();
  });
  afterAll(() => stage.cloud.close());

  test.each([
    ["dev", "release"],
    ["dev", "emergency"],
    ["live", "release"],
    ["live", "emergency"],
  ] as const)("an image of somebody else's registry is refused: %s %s", async (environment, lane) => {
    const image = imageOf("good-2").replace("greengate.example/sample", "evil.example/sample");
    const input = { candidate: { ...candidateOf("good-2", 2), image }, requestedBy: "eve" };
    const run = await stage.start(
      environment,
      lane,
      lane === "emergency" ? { ...input, override } : input,
      `foreign-${lane}`,
    );
    expect(await ending(run)).toEqual({
      ended: "InvalidInput",
      why: expect.stringMatching(
        /^candidate.image must be of .*greengate.example\/sample.*, not of evil.example\/sample$/,
      ),
    });
    expect(deploymentsOf(environment)).toHaveLength(1);
    expect(await item(stage, environment, `override#${run.execution.identity.executionArn}`)).toEqual({});
  });

  test("a count beyond all others, which nothing could follow, is refused", async () => {
    const input = { candidate: candidateOf("good-2", 1e15), requestedBy: "eve" };
    expect(await ending(await stage.start("dev", "release", input, "huge"))).toEqual({
      ended: "InvalidInput",
      why: expect.stringMatching(
        /^candidate.sequence must be a whole number from 0 to 1000000000 .*, not 1000000000000000$/,
      ),
    });
  });

  test.each([
    ["author", "Somebody Trusted"],
    ["message", "Only a typo"],
    ["ref", "release"],
    ["pullRequest", 7],
    ["sequence", 999],
  ])("a redeploy that says another %s than the ledger is refused", async (field, value) => {
    const candidate = { ...candidateOf("good-1", 1), [field]: value };
    expect(
      await ending(await stage.start("live", "release", { candidate, requestedBy: "eve" }, `forged-${field}`)),
    ).toEqual({
      ended: "InvalidInput",
      why: `candidate.${field} differs from that of ${commitOf("good-1").slice(0, 7)}, which is good here: send the one that was released`,
    });
  });

  test("a redeploy's question shows the ledger's facts, and says that they are", async () => {
    const candidate = { ...candidateOf("good-1", 1), history: [commitOf("slow-boot")] };
    const run = await asked(stage, { candidate, requestedBy: "eve" }, "redeploy");
    const page = await pageOf(stage, run);
    expect(page).toContain("<dt>Author</dt><dd>Ana</dd>");
    expect(page).toContain("from live&#39;s ledger");
    expect(mailsAbout(stage, run)[0]?.message).toContain("  | Build good-1");
    await decide(stage, run, { decision: "reject" });
    expect((await ending(run)).ended).toBe("Rejected");
  });

  test("fifty starts of one candidate ask one question", async () => {
    const dev = await stage.merge("good-2");
    await ending(dev);
    const live = stage.offeredBy(dev)!;
    const again = Array.from({ length: 49 }, (_, index) =>
      stage.start("live", "release", inputOf(live), `again-${index}`),
    );
    const runs = await Promise.all(again);
    const ends = await Promise.all(runs.map(ending));
    expect(new Set(ends.map(({ ended }) => ended))).toEqual(new Set(["Superseded"]));
    await reaches(stage, live, "Ask operators");
    await stage.clock.sleep(1_000);
    const questions = stage.cloud.mails.filter(({ subject }) => subject.includes("Your answer is needed"));
    const own = questions.filter(({ message }) => message.includes(commitOf("good-2")));
    expect(own.map(({ to }) => to)).toHaveLength(2);
    await decide(stage, live, { decision: "reject" });
    await ending(live);
    // Afterwards it may be asked for again.
    const later = await asked(stage, inputOf(live), "later");
    await decide(stage, later, { decision: "reject" });
    await ending(later);
  });

  test("line breaks and control characters stand raw in no mail, no subject and no page", async () => {
    const nasty = "eve\r\nApproved by: ana\u0000\u001b[31m\u202egnp\u2028Image: fine";
    const before = stage.cloud.mails.length;
    const candidate = { ...candidateOf("slow-boot", 3), author: nasty, message: `Fix\n${nasty}` };
    const dev = await stage.start("dev", "release", { candidate, requestedBy: nasty }, "nasty");
    await ending(dev);
    const live = stage.offeredBy(dev)!;
    await reaches(stage, live, "Ask operators");
    await stage.clock.sleep(1_000);
    const page = await pageOf(stage, live);
    await decide(stage, live, { decision: "reject", reason: nasty });
    expect((await ending(live)).ended).toBe("Rejected");
    const asks = { candidate, requestedBy: nasty, override: { reason: nasty, incident: nasty } };
    await ending(await stage.start("dev", "emergency", asks, "nasty"));
    const back = { requestedBy: nasty, rollback: { reason: nasty } };
    await ending(await stage.start("dev", "rollback", back, "nasty"));
    // What was left by an operator is kept out with the operator's reason.
    await ending(await stage.start("dev", "release", { candidate, requestedBy: nasty }, "nasty-again"));

    const mails = stage.cloud.mails.slice(before);
    expect(mails.length).toBeGreaterThanOrEqual(7);
    for (const { subject, message } of mails) {
      expect(subject).toMatch(/^[ -~]{1,99}$/);
      expect(message).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(message.split("\n").filter((line) => /^(Approved by|Image: fine)/.test(line))).toEqual([]);
    }
    expect(page).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

describe("an approval", () => {
  afterEach(() => stage.cloud.close());

  test("that somebody sends with the task token releases nothing", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    const output = JSON.stringify({
      decision: "approved",
      by: "nobody-at-all",
      at: "2026-11-23T10:00:00Z",
      base: "",
      reason: "",
    });
    await stage.cloud.call({
      service: "states",
      action: "SendTaskSuccess",
      input: { taskToken: await tokenOf(stage, live), output },
      caller: "eve",
    });
    expect(await ending(live)).toEqual({
      ended: "Unavailable",
      why: "the question ended without an approver's decision: start the release again",
    });
    expect(entered(live, "Change")).toBe(false);
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await recordOf(stage, "live", live)).not.toHaveProperty("decision");
  });

  test("that comes when the evidence has got too old counts for nothing", async () => {
    stage = await troubledStage();
    const { dev, live: first } = await offered(stage, "good-2");
    await answer(stage, first, "reject");
    await ending(first);
    await stage.clock.sleep(5 * day);
    const live = await stage.promote("good-2", dev);
    await reaches(stage, live, "Ask operators");
    await stage.clock.sleep(2.5 * day);
    expect(await decide(stage, live)).toBe(200);
    expect(await ending(live)).toEqual({
      ended: "NoGreenEvidence",
      why: expect.stringMatching(/ and evidence counts for 7 days: merge again$/),
    });
    expect(entered(live, "Take lock")).toBe(true);
    expect(deploymentsOf("live")).toHaveLength(1);
    expect(await environmentItem(stage, "live")).not.toHaveProperty("holder");
  });
});

describe("update-service by hand on live", () => {
  afterEach(() => stage.cloud.close());

  /** Live is asked by hand for a task definition; how ECS's deployment of it ends. */
  const deployed = async (taskDefinition: string, more: object = {}) => {
    await updateByHand(stage, "live", { taskDefinition, ...more });
    const before = deploymentsOf("live").length;
    for (
      let waited = 0;
      /^(PENDING|IN_PROGRESS|ROLLBACK_)/.test(deploymentsOf("live").at(-1)!) && waited < 60;
      waited += 1
    ) {
      if (/_(SUCCESSFUL|FAILED)$/.test(deploymentsOf("live").at(-1)!)) break;
      await stage.clock.sleep(30_000);
    }
    expect(deploymentsOf("live")).toHaveLength(before);
    const { serviceDeploymentArn, status } = deployments(stage).findLast(({ serviceArn }) =>
      serviceArn.endsWith("-live"),
    )!;
    return { status, report: await item(stage, "live", `smoke#${serviceDeploymentArn}`) };
  };
  const refused = (why: unknown) => ({
    status: "ROLLBACK_SUCCESSFUL",
    report: expect.objectContaining({ admitted: false, why }),
  });

  test("what nobody announced is refused by ECS itself", async () => {
    stage = await troubledStage();
    const evil = await registerByHand(stage, "live", imageOf("good-2"));
    expect(await deployed(evil)).toEqual(
      refused(expect.stringMatching(/^nobody announced .* deploy through the release machine$/)),
    );
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });

  test("what an execution announced that died a month ago is refused", async () => {
    stage = await troubledStage();
    const evil = await registerByHand(stage, "live", imageOf("good-2"));
    const { live: dead } = await offered(stage, "good-2");
    const execution = dead.execution.identity.executionArn;
    await stage.cloud.stepFunctions.stopExecution(execution);
    await tamper(stage, "live", { holder: execution, fence: 9, deploying: await announcementOf(execution, evil) });
    await stage.clock.sleep(30 * day);
    expect(await deployed(evil)).toEqual(refused(`${execution} announced it and does not run: it is ABORTED`));
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });

  test("what somebody announced who doesn't hold the lock is refused", async () => {
    stage = await troubledStage();
    const evil = await registerByHand(stage, "live", imageOf("good-2"));
    const { live: one } = await offered(stage, "good-2");
    const { live: other } = await offered(stage, "slow-boot");
    const [execution, holder] = [one, other].map((run) => run.execution.identity.executionArn) as [string, string];
    await tamper(stage, "live", { holder, fence: 9, deploying: await announcementOf(execution, evil) });
    expect(await deployed(evil)).toEqual(
      refused(`${execution} announced it and does not hold the lock, which ${holder} holds`),
    );
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
  });

  test("anything while nothing was good yet is refused", async () => {
    stage = await openTroubledStage();
    const evil = await registerByHand(stage, "live", imageOf("good-2"));
    const { report } = await deployed(evil, { desiredCount: 2 });
    expect(report).toMatchObject({ admitted: false, why: expect.stringMatching(/; nothing was good here yet\)/) });
    expect(await stage.serving("live")).toBe(null);
  });

  test("what was good before is admitted, and everybody is told that somebody did it", async () => {
    stage = await troubledStage();
    const { good } = await environmentItem(stage, "live");
    expect((await released(stage, "good-2")).ended).toBe("Released");
    const { taskDefinition } = Object(good);
    const before = stage.cloud.mails.length;
    expect(await deployed(taskDefinition)).toEqual({
      status: "SUCCESSFUL",
      report: expect.objectContaining({
        admitted: true,
        verdict: "known",
        why: expect.stringMatching(/^it was good before; /),
      }),
    });
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(stage.cloud.mails.slice(before)).toMatchObject([
      { to: "everyone", subject: "live: deployed by hand", message: expect.stringContaining(commitOf("good-1")) },
    ]);
  });

  test("that switches the hook off while a release is under way: it is held", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    await reaches(stage, live, "Check deployment");
    await updateByHand(stage, "live", { deploymentConfiguration: { lifecycleHooks: [] } });
    expect(await ending(live)).toEqual({
      ended: "Held",
      why: expect.stringMatching(
        /^the service was changed by hand: the admission hook .* is missing; pulumi up --refresh restores it/,
      ),
    });
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-1") } });
  });

  test("that switches it off for the one moment in which it would have been asked: the release isn't good", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    await reaches(stage, live, "Check deployment");
    const service = () =>
      Object.values(stage.cloud.containers.state().services).find(({ serviceName }) => serviceName.endsWith("-live"))!;
    const { lifecycleHooks } = service().deploymentConfiguration;
    const isAt = (stages: RegExp) => stages.test(deployments(stage).at(-1)!.lifecycleStage ?? "");
    while (!isAt(/^TEST_TRAFFIC_SHIFT/)) await stage.clock.sleep(100);
    await stage.clock.sleep(14_800);
    await updateByHand(stage, "live", { deploymentConfiguration: { lifecycleHooks: [] } });
    while (isAt(/TEST_TRAFFIC_SHIFT/)) await stage.clock.sleep(100);
    await updateByHand(stage, "live", { deploymentConfiguration: { lifecycleHooks } });
    const { ended, why } = await ending(live);
    expect([ended, why]).toEqual(["RolledBack", expect.stringMatching(/ECS's hook did not admit release\//)]);
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-1") } });
  });

  test("that brings somebody's image with the hook off in one call serves until the next release, which undoes it", async () => {
    stage = await troubledStage();
    const taskDefinition = await registerByHand(stage, "live", imageOf("slow-boot"));
    const { status, report } = await deployed(taskDefinition, { deploymentConfiguration: { lifecycleHooks: [] } });
    expect([status, report]).toEqual(["SUCCESSFUL", {}]);
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    expect(await ending(live)).toEqual({
      ended: "Held",
      why: expect.stringMatching(/is missing; pulumi up --refresh restores it; back on .{7}$/),
    });
    expect(await stage.serving("live")).toBe(commitOf("good-1"));
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-1") } });
  });
});

/** An announcement as deployment/ would have written it, a month before. */
async function announcementOf(execution: string, taskDefinition: string): Promise<object> {
  return {
    execution,
    fence: 9,
    taskDefinition,
    release: "release/forged",
    digest: imageOf("good-2").split("@")[1],
    commit: commitOf("good-2"),
    smoke: "enforce",
    at: new Date(stage.clock.now()).toISOString(),
  };
}

describe("the ledger", () => {
  afterEach(() => stage.cloud.close());

  test("a freeze that is set while a release bakes outlives its Mark good", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    await answer(stage, live, "approve");
    await reaches(stage, live, "Smoke");
    const frozen = { reason: "an audit", since: new Date(stage.clock.now()).toISOString(), by: "ana" };
    await tamper(stage, "live", { frozen });
    expect((await ending(live)).ended).toBe("Released");
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-2") }, frozen });
    const again = await stage.promote("good-2");
    expect(await ending(again)).toEqual({ ended: "Frozen", why: "the environment is frozen: an audit" });
  });

  test("an emergency ends the freeze that it found, and none that was set meanwhile", async () => {
    stage = await troubledStage();
    await tamper(stage, "live", { frozen: { reason: "red", since: "2026-11-23T09:00:00.000Z" } });
    const first = await stage.emergency("live", "slow-boot");
    await reaches(stage, first, "Smoke");
    const frozen = { reason: "an audit", since: "2026-11-23T11:00:00.000Z" };
    await tamper(stage, "live", { frozen });
    expect((await ending(first)).ended).toBe("Released");
    expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("slow-boot") }, frozen });
    expect((await ending(await stage.emergency("live", "good-2"))).ended).toBe("Released");
    expect(await environmentItem(stage, "live")).not.toHaveProperty("frozen");
  });

  test.each([[true], [""], [{}], [{ since: 5 }]])("a freeze that holds %j, and no reason, is one", async (frozen) => {
    stage = await troubledStage();
    await tamper(stage, "dev", { frozen });
    const { ended, why } = await ending(await stage.merge("good-2"));
    expect([ended, why]).toEqual(["Frozen", "the environment is frozen: no reason is recorded"]);
    expect(deploymentsOf("dev")).toHaveLength(1);
  });

  test("an environment's item that is lost is no environment before its first release: nothing is deployed", async () => {
    stage = await troubledStage();
    await deleteEnvironment(stage, "dev");
    await deleteEnvironment(stage, "live");
    const runs = [
      await stage.merge("good-2"),
      await stage.emergency("live", "slow-boot"),
      await stage.start("live", "rollback", { requestedBy: "ana", rollback: { reason: "slow" } }, "back"),
    ];
    expect((await Promise.all(runs.map(ending))).map(({ ended }) => ended)).toEqual(runs.map(() => "Unavailable"));
    expect([deploymentsOf("dev"), deploymentsOf("live")]).toEqual([["SUCCESSFUL"], ["SUCCESSFUL"]]);
    expect(await environmentItem(stage, "live")).toEqual({});
  });

  test("and lost while a question is open, the approval deploys nothing", async () => {
    stage = await troubledStage();
    const { live } = await offered(stage, "good-2");
    const link = linksAbout(stage, live)[0]!;
    await deleteEnvironment(stage, "live");
    // What the page can't show is in the function's log.
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await decide(stage, live, { link })).toBe(503);
    log.mockRestore();
    await stage.clock.sleep(73 * 60 * minutes);
    expect((await ending(live)).ended).toBe("Unavailable");
    expect(deploymentsOf("live")).toEqual(["SUCCESSFUL"]);
  });
});

test("an application that answers 500 to everybody for nine of the bake's ten minutes never becomes good", async () => {
  const outage = { image: imageOf("good-2"), isOn: false };
  const all = (await graphs()).map((graph) => ({
    ...graph,
    resources: graph.resources.map((each) => {
      if (graph.stack !== "live" || each.type !== "aws:ecs/service:Service") return each;
      const own = { ...Object(each.inputs.deploymentConfiguration), bakeTimeInMinutes: "10" };
      return { ...each, inputs: { ...each.inputs, deploymentConfiguration: own } };
    }),
  }));
  stage = await troubledStage({ graphs: all, runContainer: failing(sampleServers(all), outage) });
  const { live } = await offered(stage, "good-2");
  await answer(stage, live, "approve");
  await reaches(stage, live, "Smoke");
  await stage.clock.sleep(30_000);
  outage.isOn = true;
  stage.clock.at(stage.clock.now() + 9 * minutes, () => {
    outage.isOn = false;
  });
  expect(await ending(live)).toEqual({ ended: "RolledBack", why: expect.stringMatching(/500.*back on .{7}$/) });
  expect(await stage.serving("live")).toBe(commitOf("good-1"));
  expect(await environmentItem(stage, "live")).toMatchObject({ good: { commit: commitOf("good-1") } });
  await stage.cloud.close();
});

/** Tasks of an image that answer 500 to everything while that is on. */
const failing =
  (run: RunContainer, outage: { image: string; isOn: boolean }): RunContainer =>
  async (args) => {
    const inner = await run(args);
    if (args.image !== outage.image) return inner;
    const front = await serve((from, to) => {
      if (outage.isOn) return void to.writeHead(500).end();
      const { method = "GET", url: path = "/", headers } = from;
      const onwards = request({ port: inner.port, method, path, headers }, (reply) => {
        to.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(to);
      });
      from.pipe(onwards);
    }, 0);
    const end = async () => {
      await Promise.all([front.stop(), inner.stop()]);
      return inner.exited;
    };
    return { ...inner, port: front.port, stop: end, kill: end };
  };
