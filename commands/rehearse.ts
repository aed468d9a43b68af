/** `npm run rehearse`: plays scenarios headless, each in a cloud of its own. */
import { setTimeout } from "node:timers/promises";
import { type Scenario, scenarios } from "../rehearsal/scenarios.ts";
import { dangers, faults, type Outcome, tell } from "../rehearsal/tell.ts";
import { command, optionsOf } from "./options.ts";
import { cloudOptions, runClouds, settingsOf } from "./settings.ts";

async function main(): Promise<number> {
  const { scenario, json, list, ...options } = optionsOf(process.argv.slice(2), {
    ...cloudOptions,
    scenario: { type: "string", default: "all" },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    speed: { type: "string", default: "600" },
  });
  const settings = settingsOf(options, "rehearse");
  const { speed, plan } = settings;
  const chosen = named(scenario);
  if (list) {
    for (const { name, ends, about } of scenarios) console.log(`${name.padEnd(14)} ${ends.padEnd(16)} ${about}`);
    return 0;
  }
  for (const line of plan.told) console.error(line);
  if (!json) console.log(`Rehearsing at ${speed} times the speed of the clock. No AWS account is used.\n${head}`);
  const complain = (line: string) => console.error(`rehearse: ${line}`);
  let wrong = 0;
  const interrupted = await runClouds(settings, complain, async (setStage) => {
    for (const scenario of chosen) {
      const stage = await setStage({});
      let failures = () => [] as string[];
      const outcome = await tell(scenario, stage, () => {
        const users = stage.users(100);
        failures = users.failures;
        return {
          // A refusal takes no time; whether it left the environments as they were, users know a second later.
          async stop() {
            await setTimeout(1000);
            return users.stop();
          },
        };
      });
      console.log(json ? JSON.stringify(outcome) : row(outcome));
      const problems =
        plan.rules.length > 0
          ? dangers(scenario, outcome)
          : [...faults(scenario, outcome), ...(outcome.requests.failed > 0 ? failures() : [])];
      problems.push(...stage.cloud.denials);
      for (const problem of problems) complain(problem);
      wrong += problems.length;
      await stage.close();
    }
  });
  return interrupted ?? (wrong === 0 ? 0 : 1);
}

function named(name: string): readonly Scenario[] {
  if (name === "all") return scenarios;
  const found = scenarios.filter((scenario) => scenario.name === name);
  if (found.length > 0) return found;
  const known = scenarios.map((scenario) => scenario.name).join(", ");
  throw new Error(`--scenario must be all or one of ${known}, not ${JSON.stringify(name)}`);
}

const columns = [14, 16, 22, 30, 9, 7, 9, 12, 8];
const table = (...cells: (string | number)[]): string =>
  cells.map((cell, index) => String(cell).padEnd(columns[index] ?? 0)).join(" ");
const head = table("scenario", "ended", "dev", "live", "requests", "failed", "badBuild", "transitions", "seconds");

function row({ scenario, ended, dev, live, requests, transitions, seconds }: Outcome): string {
  const short = (commit: string | null) => commit?.slice(0, 7) ?? "nothing";
  return table(
    scenario,
    ended,
    `${dev.ended ?? "not asked"} ${short(dev.commit)}`,
    `${live.ended ?? "not asked"} ${short(live.before)}${live.before === live.after ? "" : ` → ${short(live.after)}`}`,
    requests.sent,
    requests.failed,
    requests.badBuild,
    transitions,
    seconds,
  );
}

await command("rehearse", main);
