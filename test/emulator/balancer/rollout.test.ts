import { afterEach, expect, test, vi } from "vitest";
import type { Balancer } from "../../../emulator/balancer/balancer.ts";
import { blue, green, plane, production, registered, sampleTask, sampleUsers } from "../../support/plane.ts";

/** Patience for a busy machine; what is waited for comes within milliseconds. */
const soon = { timeout: 10_000 };
vi.setConfig({ testTimeout: 30_000 });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function environment(): Promise<Balancer> {
  const balancer = await plane();
  cleanups.push(balancer.close);
  return balancer;
}

async function task(build: string) {
  const started = await sampleTask(build);
  cleanups.push(started.kill);
  return started;
}

test("users lose nothing while tasks are replaced, shifted and stopped in good order", {
  timeout: 30_000,
}, async () => {
  const balancer = await environment();
  let serving = { group: blue as string, task: await task("good-1") };
  await registered(balancer, serving.group, serving.task);
  const users = sampleUsers(balancer.origin);
  cleanups.push(users.stop);

  for (const build of ["good-2", "good-1", "slow", "good-2"]) {
    const group = serving.group === blue ? green : blue;
    const next = { group, task: await task(build) };
    expect(await registered(balancer, next.group, next.task)).toBe("healthy");
    balancer.setWeights(production, { [next.group]: 100, [serving.group]: 0 });
    await expect.poll(() => users.releases().get(build) ?? 0, soon).toBeGreaterThan(20);
    await balancer.deregister(serving.group, serving.task);
    expect(await serving.task.stop()).toEqual({ exitCode: 0, signal: null });
    serving = next;
  }

  const { sent, failed, badBuild } = await users.stop();
  expect(users.failures()).toEqual([]);
  expect({ failed, badBuild }).toEqual({ failed: 0, badBuild: 0 });
  expect(sent).toBeGreaterThan(200);
});

test("users do lose requests when a task is killed without draining: the counter counts", async () => {
  const balancer = await environment();
  const [doomed, other] = await Promise.all([task("slow"), task("slow")]);
  await Promise.all([registered(balancer, blue, doomed), registered(balancer, blue, other)]);
  const users = sampleUsers(balancer.origin);
  cleanups.push(users.stop);
  await expect.poll(() => users.counts().sent, soon).toBeGreaterThan(20);
  expect(users.counts().failed).toBe(0);

  await doomed.kill();
  const { failed, badBuild } = await users.stop();
  expect(failed).toBeGreaterThan(0);
  expect(badBuild).toBe(0);
  expect(users.failures()[0]).toMatch(/status 502/);
});

test("a release with a fault answers for itself, and users see it end with the weights", async () => {
  const balancer = await environment();
  const [good, bad] = await Promise.all([task("good-1"), task("orders-fail-under-traffic")]);
  await Promise.all([registered(balancer, blue, good), registered(balancer, green, bad)]);
  const users = sampleUsers(balancer.origin, ["orders-fail-under-traffic"]);
  cleanups.push(users.stop);

  balancer.setWeights(production, { [blue]: 0, [green]: 100 });
  await expect.poll(() => users.counts().badBuild, soon).toBeGreaterThan(3);
  balancer.setWeights(production, { [blue]: 100, [green]: 0 });
  await balancer.deregister(green, bad);
  await bad.stop();
  const before = users.counts().badBuild;
  const answered = users.releases().get("good-1") ?? 0;
  await expect.poll(() => users.releases().get("good-1") ?? 0, soon).toBeGreaterThan(answered + 20);

  const { failed, badBuild } = await users.stop();
  expect({ failed, badBuild }).toEqual({ failed: 0, badBuild: before });
});
