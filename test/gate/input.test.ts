import { describe, expect, test } from "vitest";
import type { Lane } from "../../contract/execution.ts";
import { candidateOf, commitOf, goodOf } from "./support/builds.ts";
import { dev, live } from "./support/world.ts";

const candidate = candidateOf("b");
const requestedBy = "ana";
const override = { reason: "checkout is down", incident: "INC-7" };
const rollback = { reason: "orders are slow" };
const image = "candidate.image must be an image by digest (repository@sha256:<64 hex digits>)";
const sequence = "candidate.sequence must be a whole number from 0 to 1000000000 (git rev-list --count --first-parent)";
const noHash = { ...candidate, commit: "main" };

/** Machine, what is wrong with its input, the input, and every word of the answer. */
const cases: [`${"dev" | "live"} ${Lane}`, unknown, string][] = [
  ["dev release", "b", 'the execution\'s input must be a map of candidate, requestedBy, not "b"'],
  ["live release", null, "the execution's input must be a map of candidate, requestedBy, evidence, contains, not null"],
  ["dev release", { candidate }, "requestedBy is missing: it must be 1 to 256 readable characters"],
  ["dev release", { candidate, requestedBy: " \u200b" }, 'requestedBy must be 1 to 256 readable characters, not "  "'],
  [
    "dev release",
    { requestedBy },
    "candidate is missing: it must be a map of image, commit, ref, author, message, pullRequest, sequence, history, changedPaths",
  ],
  ["dev release", { candidate: { ...candidate, image: "shop:latest" }, requestedBy }, `${image}, not "shop:latest"`],
  ["live release", { candidate: noHash, requestedBy }, 'candidate.commit must be 40 hex digits, not "main"'],
  [
    "dev emergency",
    { candidate: { ...candidate, commit: `${candidate.commit}\n` }, requestedBy, override },
    `candidate.commit must be 40 hex digits, not "${candidate.commit}\\n"`,
  ],
  [
    "dev release",
    { candidate: { ...candidate, ref: "a b" }, requestedBy },
    'candidate.ref must be a branch or tag, not "a b"',
  ],
  [
    "dev release",
    { candidate: { ...candidate, author: "" }, requestedBy },
    'candidate.author must be 1 to 200 characters, not ""',
  ],
  [
    "dev release",
    { candidate: { ...candidate, message: null }, requestedBy },
    "candidate.message must be text, not null",
  ],
  [
    "dev release",
    { candidate: { ...candidate, pullRequest: 0.5 }, requestedBy },
    "candidate.pullRequest must be a whole number from 1, not 0.5",
  ],
  ["dev release", { candidate: { ...candidate, sequence: 1.5 }, requestedBy }, `${sequence}, not 1.5`],
  ["live release", { candidate: { ...candidate, sequence: "2" }, requestedBy }, `${sequence}, not "2"`],
  [
    "dev release",
    { candidate: { ...candidate, history: ["main"] }, requestedBy },
    'candidate.history must be at most 200 commits of 40 hex digits, not ["main"]',
  ],
  [
    "dev release",
    { candidate: { ...candidate, changedPaths: { since: "HEAD~1", paths: "src" } }, requestedBy },
    'candidate.changedPaths.since must be 40 hex digits, not "HEAD~1"; candidate.changedPaths.paths must be a list of texts, not "src"',
  ],
  ["dev release", { candidate, requestedBy, force: true }, "force is not known: the keys are candidate, requestedBy"],
  [
    "live release",
    { candidate: { ...candidate, sequnce: 2 }, requestedBy },
    "candidate.sequnce is not known: did you mean sequence?",
  ],
  [
    "live release",
    { candidate, requestedBy, evidence: { executionARN: "arn" } },
    "evidence.executionARN is not known: did you mean executionArn?; evidence.executionArn is missing: it must be the ARN of an execution",
  ],
  [
    "live release",
    { candidate, requestedBy, evidence: "green, I swear" },
    'evidence must be a map of executionArn, not "green, I swear"',
  ],
  [
    "live release",
    { candidate, requestedBy, contains: { hotfix: "1a2b3c4", reason: "" } },
    'contains.hotfix must be 40 hex digits, not "1a2b3c4"; contains.reason must be 1 to 1000 readable characters, not ""',
  ],
  [
    "dev release",
    { candidate, requestedBy, evidence: { executionArn: "arn" } },
    "evidence is not known: the keys are candidate, requestedBy",
  ],
  [
    "live release",
    { candidate, requestedBy, override },
    "override is not known: the keys are candidate, requestedBy, evidence, contains",
  ],
  ["live emergency", { candidate, requestedBy }, "override is missing: it must be a map of reason, incident, smoke"],
  [
    "live emergency",
    { candidate, requestedBy, override: { reason: "\u200b", smoke: "off" } },
    'override.reason must be 1 to 1000 readable characters, not " "; override.incident is missing: it must be 1 to 200 readable characters; override.smoke must be enforce or advisory, not "off"',
  ],
  [
    "live rollback",
    { requestedBy, rollback: { ...rollback, to: "main" } },
    'rollback.to must be a commit of 7 to 40 hex digits, not "main"',
  ],
  [
    "live rollback",
    { candidate, requestedBy, rollback: { raeson: "slow" } },
    "candidate is not known: the keys are requestedBy, rollback; rollback.raeson is not known: did you mean reason?; rollback.reason is missing: it must be 1 to 1000 readable characters",
  ],
];

describe("an input that breaks a rule ends InvalidInput and says which, with the actual value", () => {
  test.each(cases.map(([machine, input, why]) => ({ machine, input, why })))(
    "$machine: $why",
    async ({ machine, input, why }) => {
      const [environment, lane] = machine.split(" ") as ["dev" | "live", Lane];
      const gate = { dev, live }[environment]({ item: { good: goodOf("a") } });
      const run = gate.start("broken", input, { lane });
      expect(await run.admit()).toEqual({ next: "close", ended: "InvalidInput", why });
      expect((await run.close()).ended).toBe("InvalidInput");
      expect(gate.environment()).toEqual({ id: "environment", fence: 0, good: goodOf("a") });
    },
  );

  test("however many rules it breaks, a dozen are named", async () => {
    const flood = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, "😀".repeat(10)]));
    const answer = await dev()
      .start("flood", { candidate, requestedBy, ...flood })
      .admit();
    expect(answer.why).toMatch(/^x0 is not known: .*; x11 is not known: [^;]*; and 988 more$/);
  });

  test("and names no more history than there is use for", async () => {
    const history = Array(201).fill(commitOf("a"));
    const answer = await dev()
      .start("long", { candidate: { ...candidate, history }, requestedBy })
      .admit();
    expect(answer.why).toMatch(/^candidate\.history must be at most 200 commits of 40 hex digits, not \["a{40}",/);
  });

  test("and may not be longer than a pipeline has reason for", async () => {
    const run = dev().start("long", { candidate: { ...candidate, message: "x".repeat(65_536) }, requestedBy });
    expect((await run.admit()).why).toMatch(/^the execution's input must be at most 65536 characters, not 65\d{3}$/);
    expect(await run.close()).toMatchObject({ ended: "InvalidInput", commit: "", digest: "" });
  });
});

describe("an input is taken", () => {
  test.each(["main", "hotfix/#4711", "größe", "1.2+fix", "v1.2.3", "a@b", "日本"])(
    "from the branch %s",
    async (ref) => {
      expect(
        await dev()
          .start("main-b", { candidate: { ...candidate, ref }, requestedBy })
          .admit(),
      ).toMatchObject({ next: "lock" });
    },
  );

  test("with all that a pipeline can hand over", async () => {
    const full = candidateOf("b", {
      message: Array(900).fill("a line of it").join("\n"),
      pullRequest: 88,
      history: Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(40, "0")),
      changedPaths: { since: commitOf("a"), paths: Array(500).fill("src/orders/index.ts") },
    });
    const gate = dev({ item: { good: goodOf("a") } });
    const { candidate: deployable } = Object(await gate.start("main-b", { candidate: full, requestedBy }).begin());
    expect(deployable).toEqual({ image: full.image, commit: full.commit, changedPaths: full.changedPaths });
  });

  test.each([
    ["over 500", Array(501).fill("p"), commitOf("a")],
    ["those since another release", ["p"], commitOf("9")],
  ])("of changed paths %s tell nothing", async (_, paths, since) => {
    const gate = dev({ item: { good: goodOf("a") } });
    const run = gate.start("main-b", { candidate: { ...candidate, changedPaths: { since, paths } }, requestedBy });
    expect(await run.begin()).toMatchObject({ candidate: { changedPaths: null } });
  });

  test("of paths that changed since what is good tell nothing where an unproven release serves", async () => {
    const gate = dev({ item: { good: goodOf("a"), unproven: goodOf("9", { taskDefinition: "other" }) } });
    const changedPaths = { since: commitOf("a"), paths: ["p"] };
    const run = gate.start("main-b", { candidate: { ...candidate, changedPaths }, requestedBy });
    expect(await run.begin()).toMatchObject({ candidate: { changedPaths: null } });
  });

  test.each(["v1.2.3", "größe", "hotfix-日本"])("in an execution called %s", async (name) => {
    const gate = dev();
    const run = gate.start(name, { candidate, requestedBy });
    expect(await run.begin()).toMatchObject({ release: `release/${encodeURIComponent(name)}` });
    expect(await run.release(1)).toMatchObject({ ended: "Released" });
    expect(gate.aws.offers).toMatchObject([{ name }]);
  });
});
