import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import { afterEach, expect, it } from "vitest";

const variables = {
  PORT: "0",
  SAMPLE_BUILD: "good-1",
  COMMIT: "c".repeat(40),
  GREENGATE_RELEASE: "main-c-1",
  ENVIRONMENT: "dev",
  SMOKE_MERCHANT: "merchant-smoke",
  SMOKE_EMAIL: "smoke@merchants.example",
  SMOKE_PASSWORD: "smoke-password",
};

let child: ChildProcess | undefined;
afterEach(() => child?.kill("SIGKILL"));

function task(env: Record<string, string>): ChildProcess {
  const stdio = ["ignore", "pipe", "pipe", "ipc"] as const;
  child = spawn(process.execPath, ["rehearsal/sample/main.ts"], { env: { ...variables, ...env }, stdio: [...stdio] });
  return child;
}

/** Its address, once it listens. */
async function up(task: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface(task.stdout!), "line")) as [string];
  return `http://127.0.0.1:${line.replace("listening on ", "")}`;
}

it("ends on SIGTERM when the answer in flight is out, and accepts nothing more", async () => {
  const slow = task({ SAMPLE_BUILD: "slow" });
  const address = await up(slow);
  await (await fetch(`${address}/health`)).text(); // leaves a kept-alive connection behind
  const inFlight = request(`${address}/products`, {
    agent: new Agent({ keepAlive: true }),
    headers: { expect: "100-continue" },
  });
  const answered = once(inFlight, "response") as Promise<[IncomingMessage]>;
  inFlight.flushHeaders();
  await once(inFlight, "continue"); // it has arrived
  inFlight.end();
  const exited = once(slow, "exit");
  slow.kill("SIGTERM");
  const [answer] = await answered;
  expect(answer.resume().statusCode).toBe(200);
  expect(await exited).toEqual([0, null]);
  await expect(fetch(`${address}/health`)).rejects.toThrow("fetch failed");
});

it("ends with its parent", async () => {
  const orphan = task({});
  await up(orphan);
  orphan.disconnect();
  expect(await once(orphan, "exit")).toEqual([0, null]);
});

it.each([
  [{ SAMPLE_BUILD: "crash" }, "sample backend: build crash crashes at boot"],
  [
    { SAMPLE_BUILD: "best" },
    'sample backend: SAMPLE_BUILD must be one of good-1, good-2, orders-fail-under-traffic, red, dark-red, crash, slow-boot, slow, not "best"',
  ],
  [{ COMMIT: "" }, "sample backend: environment variable COMMIT is missing"],
])("says in one line why it does not start: %o", async (env, expected) => {
  const failing = task(env);
  const [line] = await once(createInterface(failing.stderr!), "line");
  expect(line).toBe(expected);
  expect(await once(failing, "exit")).toEqual([1, null]);
});
