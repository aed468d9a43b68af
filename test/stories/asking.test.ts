import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../emulator/asl/failure.ts";
import { AwsError } from "../../emulator/awsError.ts";
import { candidateOf } from "../../rehearsal/candidates.ts";
import { commitOf } from "../../rehearsal/samples.ts";
import { ending, type Stage } from "../../rehearsal/stage.ts";
import { beginStory, type Story } from "../support/story.ts";
import { decide, linksAbout, mailsAbout, pageOf, recordOf } from "../support/storyAttack.ts";
import { reaches } from "../support/telling.ts";
import { troubledStage } from "../support/world.ts";

const minutes = 60_000;

let stage: Stage;
// A function's log says whom it could not tell.
beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
afterEach(async () => {
  vi.restoreAllMocks();
  await stage.cloud.close();
});

test.each(["first", "second"] as const)(
  "asking timed out once: it asks again, and the %s link is answered",
  async (which) => {
    let due = false;
    stage = await troubledStage({
      async aroundTask({ state }, _, perform) {
        const answer = await perform();
        if (state !== "Ask operators" || !due) return answer;
        due = false;
        throw new Failure({ error: "Sandbox.Timedout", cause: "Task timed out after 60.00 seconds" });
      },
    });
    due = true;
    const dev = await stage.merge("good-2");
    await ending(dev);
    const live = stage.offeredBy(dev)!;
    await reaches(stage, live, "Ask operators");
    await stage.clock.sleep(30_000);
    const [first = "", second = ""] = linksAbout(stage, live);
    expect(second).not.toBe("");
    expect(await decide(stage, live, { link: which === "first" ? first : second })).toBe(200);
    expect(await ending(live)).toEqual({ ended: "Released", why: "4 checks passed" });
    expect(await stage.serving("live")).toBe(commitOf("good-2"));
  },
);

test("an emoji on a cut is kept whole, or left out: in mails, on the page, in the record", async () => {
  stage = await troubledStage();
  const message = [`${"a".repeat(196)}🇩🇪 and more`, `${"b".repeat(199)}🚀`, `${"c".repeat(198)}👍🏽`].join("\n");
  const candidate = { ...candidateOf("good-2", 2), author: `${"d".repeat(196)}👍🏽`, message };
  const dev = await stage.start("dev", "release", { candidate, requestedBy: `${"e".repeat(198)}🇩🇪` }, "emoji");
  await ending(dev);
  const live = stage.offeredBy(dev)!;
  await reaches(stage, live, "Ask operators");
  await stage.clock.sleep(1_000);
  const page = await pageOf(stage, live);
  for (const whole of [
    `${"a".repeat(196)}…`,
    `${"b".repeat(199)}…`,
    `${"c".repeat(198)}…`,
    `${"d".repeat(196)}👍🏽<`,
    `${"e".repeat(198)}… `,
  ])
    expect(page).toContain(whole);
  expect(await decide(stage, live, { decision: "reject", reason: `${"f".repeat(496)}🇩🇪` })).toBe(200);
  expect(await ending(live)).toEqual({ ended: "Rejected", why: `rejected by ana: ${"f".repeat(496)}🇩🇪` });

  const texts = [page, await pageOf(stage, live), JSON.stringify(await recordOf(stage, "live", live))];
  const mails = mailsAbout(stage, live).flatMap(({ subject, message }) => [subject, message]);
  expect(mails.length).toBeGreaterThanOrEqual(8);
  for (const text of [...texts, ...mails]) {
    expect(text.isWellFormed()).toBe(true);
    expect(text).not.toContain("\uFFFD");
    // No half of a flag, and no thumb without its colour.
    expect(text.replaceAll(/🇩🇪|👍🏽/gu, "")).not.toMatch(/\p{RI}|👍|🏽/u);
  }
});

test.each(["fails", "hangs"] as const)(
  "SNS %s for ten minutes: dev's release ends in time, and live is asked after it",
  async (how) => {
    const story: Story = await beginStory();
    stage = story;
    const until = story.clock.now() + 10 * minutes;
    story.before.call = async ({ service }) => {
      if (service !== "sns" || story.clock.now() >= until) return;
      // As a client gives up that was made for notices.
      if (how === "hangs") await story.hold(3_000);
      throw new AwsError("InternalFailure", "SNS is down, as the story has it", 500);
    };
    const dev = await story.merge("good-2");
    await reaches(story, dev, "Close");
    const closing = story.clock.now();
    expect((await ending(dev)).ended).toBe("Released");
    expect(story.clock.now() - closing).toBeLessThan(15_000);
    expect(await recordOf(story, "dev", dev)).not.toHaveProperty("told");

    const live = story.offeredBy(dev)!;
    while (linksAbout(story, live).length === 0 && live.execution.status === "RUNNING")
      await story.clock.sleep(minutes);
    expect(live.execution.status).toBe("RUNNING");
    expect(story.clock.now() - until).toBeLessThan(5 * minutes);
    expect(await decide(story, live)).toBe(200);
    expect((await ending(live)).ended).toBe("Released");
    expect(await recordOf(story, "live", live)).toMatchObject({ ended: "Released", told: true });
  },
);
