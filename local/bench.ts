/** `npm run bench`: what the interpreter does in a second, and how long both stacks take to stand. Nothing here fails for being slow. */
import type { Definition } from "./asl/definition.ts";
import { virtualClock } from "./clock.ts";
import { createStepFunctions, type StepFunctions } from "./cloud/stepFunctions.ts";
import { command, optionsOf } from "./options.ts";
import { untilInterrupted } from "./rehearsal/interrupt.ts";
import { openRehearsal } from "./rehearsal/open.ts";

const kept = [10, 100, 1_000, 10_000];
const sample = 300;
/** Seconds. */
const startUpLimit = 5;

async function main(): Promise<number> {
  optionsOf(process.argv.slice(2), {});
  console.log("Rehearsed on this machine: figures to compare with each other, not promises.\n");
  await interpreter();
  return await startUp();
}

async function interpreter(): Promise<void> {
  console.log("Interpreter on virtual time, per second of processor time");
  console.log("                                executions    transitions");
  // Node compiles what it has seen often: not the first figure's affair.
  await ran(bench(), 3_000);
  const rates: number[] = [];
  for (const before of kept) {
    const rounds = [await round(before), await round(before)];
    // The better one: what else the machine had to do is not the interpreter's affair.
    const { executions, transitions } = rounds.toSorted((one, other) => other.executions - one.executions)[0]!;
    rates.push(executions);
    console.log(`  with ${figure(before, 6)} executions kept ${figure(executions, 14)} ${figure(transitions, 14)}`);
  }
  const ratio = (rates.at(-1) ?? 0) / (rates[0] ?? 1);
  console.log(
    `  with ${figure(kept.at(-1) ?? 0)} it is ${ratio.toFixed(2)} times as fast as with ${kept[0]} (flat = 1)\n`,
  );
}

/** The rates of a machine that has kept so many executions before. */
async function round(before: number): ReturnType<typeof ran> {
  const machine = bench();
  await ran(machine, before);
  return ran(machine, sample);
}

/** From the command to both environments, not yet released to. */
async function startUp(): Promise<number> {
  const begun = performance.now();
  const open = (interruption: AbortSignal) => openRehearsal({ port: 0, seed: "bench", interruption });
  const interrupted = await untilInterrupted(open, async (rehearsal) => {
    await rehearsal.openCloud({});
    const seconds = (performance.now() - begun) / 1000;
    console.log(`Start-up of both stacks  ${seconds.toFixed(1)} s  (limit ${startUpLimit} s)`);
  });
  return interrupted ?? 0;
}

/** Executions one after the other; both rates are per second of processor time, so that a busy machine doesn't show. */
async function ran(machine: StepFunctions, count: number): Promise<{ executions: number; transitions: number }> {
  const begun = process.cpuUsage();
  const first = machine.runs.size;
  for (let index = first; index < first + count; index += 1) {
    const input = JSON.stringify({ index });
    const { closed } = await machine.startExecution({ stateMachineArn, name: `run-${index}`, input });
    await closed;
  }
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  const events = [...machine.runs.values()].slice(first).flatMap(({ history }) => history);
  const entered = events.filter(({ type }) => type.endsWith("StateEntered"));
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

const figure = (value: number, width = 0): string => Math.round(value).toLocaleString("en").padStart(width);

await command("bench", main);
