import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, type TestContext, vi } from "vitest";

/** A copy of this project in a directory of its own, with a temporary directory of its own: whatever a command leaves shows. */
export interface Project {
  /** Replaces text in a file; throws where there is none to replace. */
  edit(file: string, from: string | RegExp, to: string): Promise<void>;
  /** `npm run -s <script> -- <args>`, in a process group of its own, as a terminal would start it. */
  start(script: string, args: readonly string[]): Command;
  /** Resolves when the first file appears in the temporary directory. */
  temporaryFile(): Promise<void>;
  /** Processes that were started from here and still run, and files that weren't here at first. */
  leftovers(): Promise<string[]>;
}

export interface Command {
  /** Resolves with stdout so far once the command has said that on it; rejects when it ends before. */
  says(what: RegExp): Promise<string>;
  /** Ctrl-C: SIGINT to the whole group. */
  interrupt(): void;
  ended: Promise<{ exitCode: number; stdout: string; stderr: string[] }>;
}

/** The copy, and whatever still runs in it, goes with the test. */
export async function copyProject({ onTestFinished }: TestContext): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "commands-")));
  const home = join(root, "home");
  const directory = join(home, "project");
  const temporary = join(home, "tmp");
  const source = join(import.meta.dirname, "../..");
  await mkdir(directory, { recursive: true });
  const needed = (await readdir(source)).filter((name) => !unneeded.has(name));
  // Some hundred files: fs.cp takes a hundred times as long.
  execFileSync("cp", ["-R", ...needed.map((name) => join(source, name)), directory]);
  // Beside what is watched: others write their caches into it.
  await symlink(join(source, "node_modules"), join(root, "node_modules"));
  await mkdir(temporary);
  const files = () => readdir(home, { recursive: true });
  const before = new Set(await files());
  const groups: number[] = [];
  const watcher = watch(temporary);
  onTestFinished(async () => {
    watcher.close();
    for (const group of groups) if (processes((each) => each === group).length > 0) process.kill(-group, "SIGKILL");
    await rm(root, { recursive: true });
  });

  return {
    async edit(file, from, to) {
      const path = join(directory, file);
      const text = await readFile(path, "utf8");
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`${basename(file)} has no ${from} to replace`);
      await writeFile(path, edited);
    },
    start(script, args) {
      const child = spawn("npm", ["run", "-s", script, "--", ...args], {
        cwd: directory,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          TMPDIR: temporary,
          npm_config_update_notifier: "false",
          // npm's own, which it would keep among the temporary files.
          NODE_DISABLE_COMPILE_CACHE: "1",
        },
      });
      groups.push(child.pid!);
      return command(child);
    },
    async temporaryFile() {
      await once(watcher, "change");
    },
    async leftovers() {
      const strangers = (await files()).filter((file) => !before.has(file));
      // A task has a group of its own, and the copy in its command line.
      return [...processes((group, line) => groups.includes(group) || line.includes(home)), ...strangers];
    },
  };
}

/** A command that is interrupted once `moment` has come; nothing may be left of it. */
export async function interrupted(
  context: TestContext,
  script: string,
  args: string[],
  moment: (command: Command, project: Project) => Promise<void>,
) {
  const project = await copyProject(context);
  const command = project.start(script, args);
  await moment(command, project);
  command.interrupt();
  const ended = await command.ended;
  await vi.waitFor(async () => expect((await project.leftovers()).join("\n")).toBe(""), { timeout: 5000 });
  return ended;
}

const unneeded = new Set(["node_modules", ".git", ".build", ".vitest", "test", "docs"]);

function command(child: ChildProcess): Command {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<Awaited<Command["ended"]>>();
  child.once("close", (code, signal) => {
    // As a shell tells it.
    const exitCode = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
    end({ exitCode, stdout, stderr: stderr.split("\n").filter((line) => line !== "") });
  });
  return {
    says: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (what.test(stdout)) resolve(stdout);
        };
        child.stdout?.on("data", look);
        look();
        void ended.then(() => reject(new Error(`it never said ${what}, but: ${stdout}${stderr}`)));
      }),
    interrupt: () => void process.kill(-child.pid!, "SIGINT"),
    ended,
  };
}

/** Command lines of all processes of which that holds. */
function processes(holds: (group: number, line: string) => boolean): string[] {
  const all = execFileSync("ps", ["-A", "-ww", "-o", "pid=,pgid=,stat=,args="], { encoding: "utf8" });
  return all.split("\n").filter((line) => {
    const [, group, state] = line.trim().split(/\s+/);
    // A zombie has ended; only nobody has asked for its exit code yet.
    return !state?.startsWith("Z") && holds(Number(group), line);
  });
}
