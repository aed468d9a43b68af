/** `npm start`: plays the main job live on this laptop. */

import { createNarrator, type Narrator } from "../rehearsal/narrator.ts";
import type { LiveStage } from "../rehearsal/open.ts";
import type { BuildName } from "../rehearsal/sample/builds.ts";
import { commitOf } from "../rehearsal/samples.ts";
import { ending } from "../rehearsal/stage.ts";
import { command, optionsOf } from "./options.ts";
import { cloudOptions, runClouds, settingsOf } from "./settings.ts";

async function main(): Promise<number> {
  const { yes, ...options } = optionsOf(process.argv.slice(2), {
    ...cloudOptions,
    yes: { type: "boolean", default: false },
    app: { type: "string" },
  });
  const settings = settingsOf(options, "start");
  const alone = yes || !process.stdin.isTTY;

  const narrator = createNarrator((line) => console.log(line));
  const { speed, plan, app } = settings;
  narrator.say("Greengate: dev and live on this laptop. No AWS account is used, and nothing leaves this machine.");
  narrator.say(
    `Cloud time runs ${speed} times as fast as yours while the cloud only waits (--speed 1 for real time); times below are cloud time.`,
  );
  if (alone)
    narrator.say(
      yes
        ? "Approvals are answered for you (--yes)."
        : "No terminal is attached, so approvals are answered for you, as with --yes.",
    );
  for (const line of plan.told) narrator.say(line);
  const startedAt = performance.now();
  const interrupted = await runClouds(settings, narrator.say, async (setStage) => {
    const title = `Both environments get their first build, ${short("good-1")}, fast-forwarded`;
    const stage = await setStage(narrator, ({ clock }) => narrator.begin(title, clock));
    stage.operator = alone ? "approve" : "a person";
    await play(stage, narrator, app !== undefined);
  });
  if (interrupted === undefined) narrator.say(`\n${seconds(startedAt)} s in all. Every process has ended.`);
  return interrupted ?? 0;
}

async function play(stage: LiveStage, narrator: Narrator, ownApp: boolean): Promise<void> {
  const users = stage.users(50);
  narrator.begin(`main merges ${short("good-2")}: dev first, then live`, stage.clock);
  await release(stage, "good-2");
  if (ownApp) narrator.say("\nThe regression is left out: your application has no bad build here.");
  else {
    const bad = "orders-fail-under-traffic";
    narrator.begin(`main merges ${short(bad)}: green until live's users meet it`, stage.clock);
    await release(stage, bad);
  }
  narrator.pause();
  const { sent, failed, badBuild } = await users.stop();
  const live = await stage.serving("live");
  narrator.say(
    `\nlive serves ${live?.slice(0, 7)}, ${live === commitOf("good-2") ? "last-known-good" : "which is not last-known-good"}.`,
  );
  narrator.say(
    `Users sent ${sent} requests meanwhile: ${failed} failed; ${badBuild} were answered wrongly by the bad build before the rollback.`,
  );
  for (const denial of stage.cloud.denials) narrator.say(`A role lacks a permission: ${denial}`);
  narrator.say("Next: npm run rehearse -- --list");
}

/** From the merge to the end on live. */
async function release(stage: LiveStage, build: BuildName): Promise<void> {
  const dev = await stage.merge(build);
  await ending(dev);
  const live = stage.offeredBy(dev);
  if (live) await ending(live);
}

const short = (build: BuildName): string => `${build} (${commitOf(build).slice(0, 7)})`;
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

await command("start", main);
