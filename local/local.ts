/** `npm run local`: keeps the embedded cloud running, for people with an AWS CLI, an SDK, a browser. */
import type { Mail } from "./cloud/outbox.ts";
import { createFaults } from "./faults/faults.ts";
import { faultOptions, planOf } from "./faults/plan.ts";
import { command, numberOf, optionsOf } from "./options.ts";
import { guide } from "./rehearsal/guide.ts";
import { untilInterrupted } from "./rehearsal/interrupt.ts";
import { createNarrator } from "./rehearsal/narrator.ts";
import { openRehearsal } from "./rehearsal/open.ts";
import { establish } from "./rehearsal/stage.ts";

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), {
    port: { type: "string", default: "0" },
    speed: { type: "string", default: "60" },
    users: { type: "string", default: "0" },
    app: { type: "string" },
    ...faultOptions,
  });
  const speed = numberOf("--speed", options.speed, { least: 1, most: 600 });
  const port = numberOf("--port", options.port, { least: 0, most: 65_535 });
  const users = numberOf("--users", options.users, { least: 0, most: 1_000 });
  const plan = planOf(options, "local");

  const narrator = createNarrator((line) => console.log(line));
  narrator.say("Greengate's embedded cloud: dev and live on this laptop. No AWS account is used.");
  narrator.say(`Cloud time runs ${speed} times as fast as yours while the cloud only waits (--speed 1 for real time).`);
  for (const line of plan.told) narrator.say(line);
  const faults = createFaults(plan.rules, narrator.onFault);
  const open = (interruption: AbortSignal) => openRehearsal({ port, seed: plan.seed, app: options.app, interruption });
  const interrupted = await untilInterrupted(open, async (rehearsal) => {
    let asking = false;
    const onMail = (mail: Mail) => {
      narrator.onMail(mail);
      if (asking) narrator.onAsked(mail);
    };
    const stage = await rehearsal.openCloud({ ...narrator, onMail }, faults);
    stage.clock.setSpeed(6000);
    await establish(stage, "good-1");
    stage.clock.setSpeed(speed);
    asking = true;
    faults.begin();
    if (users > 0) stage.users(users);
    for (const line of guide(rehearsal, stage)) narrator.say(line);
    narrator.begin("What happens, by cloud time", stage.clock);
    // Until Ctrl-C.
    await new Promise(() => {});
  });
  console.log("\nEvery process has ended.");
  return interrupted ?? 0;
}

await command("local", main);
