import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { accepts, freePort } from "./ports.ts";

export interface TaskArgs {
  /** A program; no shell reads it. A command line of the user's: `sh` with `["-c", line]`. */
  command: string;
  args: readonly string[];
  /** All that the task gets, with PORT and PATH: nothing of this process's own environment, secrets included. */
  environment: Readonly<Record<string, string>>;
  /** Seconds from SIGTERM to SIGKILL, real time. */
  stopTimeout: number;
  /** Hears what it writes to stdout and stderr, in pieces of any length. */
  onOutput?: ((text: string) => void) | undefined;
}

export interface Exit {
  /** As a container's: 128 + the signal's number when a signal ended it. */
  exitCode: number;
  signal: NodeJS.Signals | null;
}

/** A running container, played by a child process. */
export interface Task {
  /** Where it was told to listen (PORT). */
  port: number;
  /** Never rejects. */
  exited: Promise<Exit>;
  /** Resolves true once the port accepts connections, false when the task exits before. */
  listening: Promise<boolean>;
  /** The end of what it wrote to stdout and stderr, at most 64 Ki characters; a cut beginning is marked. */
  output(): string;
  /** Resolves when it, and whoever writes in its name, can write no more. */
  silent: Promise<unknown>;
  /** SIGTERM, SIGKILL after `stopTimeout`; resolves when it has exited. */
  stop(): Promise<Exit>;
  /** SIGKILL at once: a crash. */
  kill(): Promise<Exit>;
}

/**
 * Starts a task in a process group of its own, on a leash: a guard in the group reads from a pipe whose other end only this process
 * holds. When this process ends, however it ends, or the task does, the pipe closes and the guard kills what is left of the group.
 * Needs a POSIX `sh`. Throws when the program can't be started.
 */
export async function startTask({ command, args, environment, stopTimeout, onOutput }: TaskArgs): Promise<Task> {
  const port = await freePort();
  const child = spawn("sh", ["-c", leash, command, ...args], {
    env: { PATH: process.env.PATH, ...environment, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    detached: true,
  });
  const exited = exit(child);
  const silent = once(child, "close");
  silent.catch(() => {});
  await once(child, "spawn").catch((cause: Error) => {
    throw new Error(`The task ${command} can't be started: ${cause.message}`, { cause });
  });

  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.length > longestOutput) output = `… ${output.slice(-longestOutput)}`;
      onOutput?.(text);
    });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals) => {
    if (isRunning()) process.kill(-child.pid!, name);
  };
  return {
    port,
    exited,
    listening: untilListening(port, isRunning),
    output: () => output,
    silent,
    async stop() {
      signal("SIGTERM");
      const patience = setTimeout(() => signal("SIGKILL"), stopTimeout * 1000);
      return exited.finally(() => clearTimeout(patience));
    },
    kill() {
      signal("SIGKILL");
      return exited;
    },
  };
}

const longestOutput = 65_536;

/** The guard waits for the end of file on 3, deaf to the group's SIGTERM; then the program takes the shell's place, without the pipe. */
const leash = `{ trap '' TERM INT HUP; cat <&3 >/dev/null 2>&1; kill -KILL 0; } >/dev/null 2>&1 & exec "$0" "$@" 3<&-`;

function exit(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      child.stdio[3]?.destroy();
      resolve({ exitCode: signal ? 128 + constants.signals[signal] : (code ?? 0), signal });
    });
  });
}

async function untilListening(port: number, isRunning: () => boolean): Promise<boolean> {
  while (isRunning()) {
    if (await accepts(port)) return true;
    await sleep(10);
  }
  return false;
}
