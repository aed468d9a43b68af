/** `npm run bench`: what the interpreter does in a second, and how long both stacks take to stand. Nothing here fails for being slow. */
import type { Definition } from "../emulator/asl/definition.ts";
import type { HistoryEvent } from "../emulator/asl/history.ts";
import { virtualClock } from "../emulator/clock.ts";
import { createStepFunctions, type StepFunctions } from "../emulator/cloud/stepFunctions.ts";
import { openRehearsal } from "../rehearsal/open.ts";
import { untilInterrupted } from "./interrupt.ts";
import { command, numberOf, optionsOf } from "./options.ts";

/** Executions of a batch, and batches of a round: few, so that they hardly add to the smallest number that is kept. */
const batch = 20;
const batches = 5;
/** Seconds. */
const startUpLimit = 5;

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2), {
    kept: { type: "string", default: "10,100,1000,10000" },
    rounds: { type: "string", default: "5" },
  });
  const kept = options.kept.split(",").map((size) => numberOf("--kept", size, { least: 1, most: 100_000 }));
  const rounds = numberOf("--rounds", options.rounds, { least: 1, most: 100 });
  console.log("Rehearsed on this machine: figures to compare with each other, not promises.\n");
  await interpreter(kept, rounds);
  return await startUp();
}

/**
 * Each round has a machine for each size, which first runs as many executions as it is to keep; then they take turns, batch by batch,
 * so that whatever else the machine does meets all alike. Medians count, and the ratio is of what ran side by side.
 */
async function interpreter(kept: readonly number[], rounds: number): Promise<void> {
  console.log("Interpreter on virtual time, per second");
  tell("executions kept", kept);
  const measured: Rates[][] = [];
  // Before the first round comes one that only warms up: Node compiles what it has seen often.
  for (let round = 0; round <= rounds; round += 1) {
    const turns = await roundOf(kept);
    if (round > 0) measured.push(...turns);
    tell(round === 0 ? "warming up" : `round ${round} of ${rounds}`, medians(turns, "executions"));
  }
  tell("executions", medians(measured, "executions"));
  tell("transitions", medians(measured, "transitions"));
  const ratio = median(measured.map((turn) => turn.at(-1)!.executions / turn[0]!.executions));
  const [least = "", most = ""] = [kept[0], kept.at(-1)].map((size = 0) => figure(size));
  console.log(`  With ${most} kept it is ${ratio.toFixed(2)} times as fast as with ${least} (flat = 1)\n`);
}

/** Per second. */
interface Rates {
  executions: number;
  transitions: number;
}

/** For each turn the rates by size. */
async function roundOf(kept: readonly number[]): Promise<Rates[][]> {
  const machines = kept.map(bench);
  for (const [index, machine] of machines.entries()) await run(machine, kept[index] ?? 0);
  const turns: Rates[][] = [];
  while (turns.length < batches) {
    const turn: Rates[] = [];
    for (const machine of machines) turn.push(await run(machine, batch));
    turns.push(turn);
  }
  return turns;
}

/** By size. */
const medians = (turns: readonly Rates[][], unit: keyof Rates): number[] =>
  (turns[0] ?? []).map((_, size) => median(turns.map((turn) => turn[size]![unit])));

/** From the command to both environments, not yet released to. */
async function startUp(): Promise<number> {
  const begun = performance.now();
  const open = (interruption: AbortSignal) => openRehearsal({ port: 0, seed: "bench", interruption });
  const interrupted = await untilInterrupted(open, async (rehearsal) => {
    await rehearsal.openCloud({});
    const seconds = (performance.now() - begun) / 1000;
    console.log(`Start-up of both stacks: ${seconds.toFixed(1)} s (limit ${startUpLimit} s)`);
  });
  return interrupted ?? 0;
}

/** Executions one after the other. */
async function run(machine: StepFunctions, count: number): Promise<Rates> {
  const begun = performance.now();
  const first = machine.runs.size;
  const histories: HistoryEvent[][] = [];
  for (let index = first; index < first + count; index += 1) {
    const input = JSON.stringify({ index });
    const { closed, history } = await machine.startExecution({ stateMachineArn, name: `run-${index}`, input });
    await closed;
    histories.push(history);
  }
  const seconds = (performance.now() - begun) / 1000;
  const entered = histories.flat().filter(({ type }) => type.endsWith("StateEntered"));
  return { executions: count / seconds, transitions: entered.length / seconds };
}

const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:bench";

/** Its one task is done at once. */
const bench = (): StepFunctions =>
  createStepFunctions({
    clock: virtualClock(),
    machines: [{ arn: stateMachineArn, name: "bench", roleArn: "arn:aws:iam::000000000000:role/bench", definition }],
    perform: async (task) => task.arguments,
    seed: "bench",
    onEvent: () => {},
  });

/** A machine like the real ones: it calls, looks, waits and looks again, then joins two branches. */
const definition: Definition = {
  QueryLanguage: "JSONata",
  StartAt: "Begin",
  States: {
    Begin: { Type: "Pass", Assign: { looks: 0, index: "{% $states.input.index %}" }, Next: "Look" },
    Look: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { index: "{% $index %}", looks: "{% $looks + 1 %}" },
      TimeoutSeconds: 30,
      Assign: { looks: "{% $states.result.looks %}" },
      Next: "Is it done?",
    },
    "Is it done?": {
      Type: "Choice",
      Choices: [{ Condition: "{% $looks >= 3 %}", Next: "Join" }],
      Default: "Wait",
    },
    Wait: { Type: "Wait", Seconds: 5, Next: "Look" },
    Join: {
      Type: "Parallel",
      Branches: [
        { StartAt: "One", States: { One: { Type: "Pass", Output: "{% $index * 2 %}", End: true } } },
        { StartAt: "Other", States: { Other: { Type: "Pass", Output: "{% $now() %}", End: true } } },
      ],
      Output: "{% $string($states.result) %}",
      Next: "Done",
    },
    Done: { Type: "Succeed" },
  },
};

const tell = (what: string, rates: readonly number[]): void =>
  console.log(`  ${what.padEnd(16)} ${rates.map((rate) => figure(rate, 9)).join(" ")}`);

const median = (values: readonly number[]): number => values.toSorted((one, other) => one - other)[values.length >> 1]!;

const figure = (value: number, width = 0): string => Math.round(value).toLocaleString("en").padStart(width);

await command("bench", main);
