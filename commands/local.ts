/** `npm run local`: keeps the embedded cloud running, for people with an AWS CLI, an SDK, a browser. */

import { guide } from "../rehearsal/guide.ts";
import { createNarrator } from "../rehearsal/narrator.ts";
import { command, numberOf, optionsOf } from "./options.ts";
import { cloudOptions, runClouds, settingsOf } from "./settings.ts";

async function main(): Promise<number> {
  const { users: rate, ...options } = optionsOf(process.argv.slice(2), {
    ...cloudOptions,
    users: { type: "string", default: "0" },
    app: { type: "string" },
  });
  const settings = settingsOf(options, "local");
  const users = numberOf("--users", rate, { least: 0, most: 1_000 });

  const narrator = createNarrator((line) => console.log(line));
  const { speed, plan } = settings;
  narrator.say("Greengate's embedded cloud: dev and live on this laptop. No AWS account is used.");
  narrator.say(`Cloud time runs ${speed} times as fast as yours while the cloud only waits (--speed 1 for real time).`);
  for (const line of plan.told) narrator.say(line);
  const interrupted = await runClouds(settings, narrator.say, async (setStage, rehearsal) => {
    const stage = await setStage(narrator);
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
