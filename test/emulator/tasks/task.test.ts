import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { startTask, type Task, type TaskArgs } from "../../../emulator/tasks/task.ts";
import { hold } from "../../support/servers.ts";

/** Patience for a busy machine; what is waited for comes within milliseconds. */
const soon = { timeout: 10_000 };

/** Serves its environment; a request to /hang is never answered. SIGTERM ends it with code 0 unless `deaf`. */
const app = (deaf = false) => `
  const server = require("node:http").createServer((request, response) => response.end(JSON.stringify(process.env)));
  server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("listening"));
  process.on("SIGTERM", () => { console.error("asked to stop"); ${deaf ? "" : "process.exit(0);"} });
`;

const started: Task[] = [];
afterEach(() => Promise.all(started.splice(0).map((task) => task.kill())));

async function start(args: Partial<TaskArgs>): Promise<Task> {
  const task = await startTask({ command: process.execPath, args: [], environment: {}, stopTimeout: 30, ...args });
  started.push(task);
  return task;
}

describe("a task", () => {
  test("gets its port and its own variables, and none of this process's", async () => {
    process.env.OPERATORS_SECRET = "s3cret";
    const task = await start({ args: ["-e", app()], environment: { COMMIT: "1a2b3c4" } });
    delete process.env.OPERATORS_SECRET;
    expect(await task.listening).toBe(true);
    const seen = await (await fetch(`http://127.0.0.1:${task.port}/`)).json();
    expect(seen).toMatchObject({ COMMIT: "1a2b3c4", PORT: String(task.port), PATH: process.env.PATH });
    expect(seen).not.toHaveProperty("OPERATORS_SECRET");
    expect(seen).not.toHaveProperty("HOME");
  });

  test("that heeds SIGTERM ends in good order, and what it wrote is kept", async () => {
    const task = await start({ args: ["-e", app()] });
    await task.listening;
    expect(await task.stop()).toEqual({ exitCode: 0, signal: null });
    expect(task.output()).toContain("listening");
    expect(task.output()).toContain("asked to stop");
  });

  test("that is deaf to SIGTERM is killed when its time is over", async () => {
    const task = await start({ args: ["-e", app(true)], stopTimeout: 0.1 });
    await task.listening;
    expect(await task.stop()).toEqual({ exitCode: 137, signal: "SIGKILL" });
    expect(task.output()).toContain("asked to stop");
  });

  test("that crashes at boot never listens, and says why", async () => {
    const heard: string[] = [];
    const task = await start({
      args: ["-e", `console.error("no database"); process.exit(3)`],
      onOutput: (text) => heard.push(text),
    });
    expect(await task.listening).toBe(false);
    expect(await task.exited).toEqual({ exitCode: 3, signal: null });
    expect([task.output(), heard.join("")]).toEqual(["no database\n", "no database\n"]);
  });

  test("has a port of its own, however many start at once", async () => {
    const tasks = await Promise.all(Array.from({ length: 5 }, () => start({ command: "true" })));
    expect(new Set(tasks.map(({ port }) => port)).size).toBe(5);
  });

  test("whose program doesn't exist exits with 127", async () => {
    expect((await (await start({ command: "no-such-program" })).exited).exitCode).toBe(127);
  });

  test("keeps the end of a long output", async () => {
    const task = await start({ args: ["-e", `for (let n = 0; n < 20000; n++) console.log("line " + n)`] });
    await task.exited;
    await expect.poll(task.output, soon).toMatch(/line 19999\n$/);
    expect(task.output().length).toBeLessThan(66_000);
    expect(task.output()).not.toContain("line 1\n");
  });
});

const program = [process.execPath, "-e", app(true)];
/** A user's command line whose server is a child of the shell. */
const commandLine = ["sh", "-c", `"$0" "$@" & wait`, ...program];

test("a user's command line is stopped with all that it has started", async () => {
  const [command = "", ...args] = commandLine;
  const task = await start({ command, args, stopTimeout: 30 });
  await task.listening;
  const { closed } = await hold(task.port);
  // The shell heeds SIGTERM; its server is deaf, and ends because the task is over.
  expect((await task.stop()).signal).toBe("SIGTERM");
  await closed;
});

test.each([
  ["a program", program],
  ["a user's command line", commandLine],
])("when the parent is killed, %s dies with it", async (_, command) => {
  const script = new URL("../../support/taskParent.ts", import.meta.url).pathname;
  const parent = spawn(process.execPath, [script, ...command], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(parent.stdout.setEncoding("utf8"), "data");
  const { closed } = await hold(Number(line));
  parent.kill("SIGKILL");
  await closed;
  await expect.poll(() => hold(Number(line)).catch((error) => error.code), soon).toBe("ECONNREFUSED");
});
