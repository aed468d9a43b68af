/** `npm start`: plays the main job live on this laptop. */

import type { Mail } from "./cloud/outbox.ts";
import { createFaults, type Faults } from "./faults/faults.ts";
import { faultOptions, planOf } from "./faults/plan.ts";
import { command, numberOf, optionsOf } from "./options.ts";
import { untilInterrupted } from "./rehearsal/interrupt.ts";
import { createNarrator, type Narrator } from "./rehearsal/narrator.ts";
import { type LiveStage, openRehearsal } from "./rehearsal/open.ts";
import { commitOf } from "./rehearsal/samples.ts";
import { ending, establish } from "./rehearsal/stage.ts";
import type { BuildName } from "./sample/builds.ts";

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), {
    port: { type: "string", default: "0" },
    speed: { type: "string", default: "60" },
    yes: { type: "boolean", default: false },
    app: { type: "string" },
    ...faultOptions,
  });
  const speed = numberOf("--speed", options.speed, { least: 1, most: 600 });
  const port = numberOf("--port", options.port, { least: 0, most: 65_535 });
  const { app } = options;
  const plan = planOf(options, "start");
  const alone = options.yes || !process.stdin.isTTY;

  const narrator = createNarrator((line) => console.log(line));
  narrator.say("Greengate: dev and live on this laptop. No AWS account is used, and nothing leaves this machine.");
  narrator.say(
    `Cloud time runs ${speed} times as fast as yours while the cloud only waits (--speed 1 for real time); times below are cloud time.`,
  );
  if (alone)
    narrator.say(
      options.yes
        ? "Approvals are answered for you (--yes)."
        : "No terminal is attached, so approvals are answered for you, as with --yes.",
    );
  for (const line of plan.told) narrator.say(line);
  const faults = createFaults(plan.rules, narrator.onFault);
  const startedAt = performance.now();
  const open = (interruption: AbortSignal) => openRehearsal({ port, seed: plan.seed, app, interruption });
  const interrupted = await untilInterrupted(open, async (rehearsal) => {
    const onMail = (mail: Mail) => {
      narrator.onMail(mail);
      if (stage.operator === "a person") narrator.onAsked(mail);
    };
    const stage = await rehearsal.openCloud({ ...narrator, onMail }, faults);
    await play(stage, narrator, { speed, alone, ownApp: app !== undefined, faults });
  });
  if (interrupted === undefined) narrator.say(`\n${seconds(startedAt)} s in all. Every process has ended.`);
  return interrupted ?? 0;
}

async function play(
  stage: LiveStage,
  narrator: Narrator,
  { speed, alone, ownApp, faults }: { speed: number; alone: boolean; ownApp: boolean; faults: Faults },
): Promise<void> {
  narrator.begin(`Both environments get their first build, ${short("good-1")}, fast-forwarded`, stage.clock);
  stage.clock.setSpeed(6000);
  await establish(stage, "good-1");
  stage.clock.setSpeed(speed);
  stage.operator = alone ? "approve" : "a person";
  faults.begin();

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
