/** `npm run rehearse`: plays scenarios headless, each in a cloud of its own. */
import { setTimeout } from "node:timers/promises";
import { createFaults } from "./faults/faults.ts";
import { faultOptions, planOf } from "./faults/plan.ts";
import { textOf } from "./faults/rule.ts";
import { command, numberOf, optionsOf, UsageError } from "./options.ts";
import { untilInterrupted } from "./rehearsal/interrupt.ts";
import { openRehearsal } from "./rehearsal/open.ts";
import { type Scenario, scenarios } from "./rehearsal/scenarios.ts";
import { establish } from "./rehearsal/stage.ts";
import { dangers, faults, type Outcome, tell } from "./rehearsal/tell.ts";

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), {
    scenario: { type: "string", default: "all" },
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    speed: { type: "string", default: "600" },
    port: { type: "string", default: "0" },
    ...faultOptions,
  });
  const speed = numberOf("--speed", options.speed, { least: 1, most: 600 });
  const port = numberOf("--port", options.port, { least: 0, most: 65_535 });
  const chosen = named(options.scenario);
  const plan = planOf(options, "rehearse");
  if (options.list) {
    for (const { name, ends, about } of scenarios) console.log(`${name.padEnd(14)} ${ends.padEnd(16)} ${about}`);
    return 0;
  }
  for (const line of plan.told) console.error(line);
  if (!options.json)
    console.log(`Rehearsing at ${speed} times the speed of the clock. No AWS account is used.\n${head}`);
  const open = (interruption: AbortSignal) => openRehearsal({ port, seed: plan.seed, interruption });
  const idle = new Set(plan.rules);
  let wrong = 0;
  const interrupted = await untilInterrupted(open, async (rehearsal) => {
    for (const scenario of chosen) {
      const injected = createFaults(plan.rules, (rule) => idle.delete(rule));
      const stage = await rehearsal.openCloud({}, injected);
      // What is good before the story begins is not its subject.
      stage.clock.setSpeed(6000);
      await establish(stage, "good-1");
      stage.clock.setSpeed(speed);
      injected.begin();
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
      console.log(options.json ? JSON.stringify(outcome) : row(outcome));
      const problems =
        plan.rules.length > 0
          ? dangers(scenario, outcome)
          : [...faults(scenario, outcome), ...(outcome.requests.failed > 0 ? failures() : [])];
      problems.push(...stage.cloud.denials);
      for (const problem of problems) console.error(`rehearse: ${problem}`);
      wrong += problems.length;
      await stage.close();
    }
  });
  for (const rule of idle) console.error(`rehearse: nobody met the fault ${JSON.stringify(textOf(rule))}`);
  return interrupted ?? (wrong === 0 ? 0 : 1);
}

function named(name: string): readonly Scenario[] {
  if (name === "all") return scenarios;
  const found = scenarios.filter((scenario) => scenario.name === name);
  if (found.length > 0) return found;
  const known = scenarios.map((scenario) => scenario.name).join(", ");
  throw new UsageError(`--scenario must be all or one of ${known}, not ${JSON.stringify(name)}`);
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
