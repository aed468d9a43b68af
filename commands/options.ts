import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** The command line's options; an unknown one is refused, with those that are known. */
export function optionsOf<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const known = Object.keys(options).map((name) => `--${name}`);
    const [first] = (cause instanceof Error ? cause.message : String(cause)).split(/\. |\n/);
    throw new Error(`${first}; known are ${known.join(", ")}`, { cause });
  }
}

/** A number given as text, within bounds. */
export function numberOf(option: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most))
    throw new Error(`${option} must be a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  return value;
}

/** Runs a command: its error is one line and a non-zero exit. */
export async function command(name: string, run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    for (const line of message.split("\n")) console.error(`${name}: ${line}`);
    process.exitCode = 1;
  }
}
