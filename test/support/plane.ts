import { type Balancer, startBalancer } from "../../emulator/balancer/balancer.ts";
import type { Health, HealthCheck } from "../../emulator/balancer/healthCheck.ts";
import type { Rule } from "../../emulator/balancer/rules.ts";
import type { Target } from "../../emulator/balancer/targetGroup.ts";
import { startTask, type Task } from "../../emulator/tasks/task.ts";
import { demoMerchant } from "../../rehearsal/sample/merchants.ts";
import { startUsers, type Users } from "../../rehearsal/users/users.ts";
import { fastClock } from "./fastClock.ts";

export const [blue, green] = ["arn:blue", "arn:green"] as const;
export const production = "arn:production";

/** Cloud time runs 200 times as fast: a probe every 25 ms. */
export const healthCheck: HealthCheck = {
  path: "/health",
  interval: 5,
  timeout: 2,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
  matcher: "200",
};

export interface PlaneArgs {
  rules?: Rule[];
  idleTimeout?: number;
  /** Seconds, cloud time. */
  deregistrationDelay?: number;
}

/** A balancer with a blue and a green group; production starts on blue, the test header leads to green. */
export function plane({ rules, idleTimeout = 60, deregistrationDelay = 6000 }: PlaneArgs = {}): Promise<Balancer> {
  const test = { name: "X-Greengate-Test", values: ["green"] };
  return startBalancer({
    clock: fastClock(200),
    idleTimeout,
    targetGroups: [blue, green].map((arn) => ({ arn, healthCheck, deregistrationDelay })),
    rules: rules ?? [
      { arn: production, priority: 20, weights: { [blue]: 1, [green]: 0 } },
      { arn: "arn:test", priority: 10, header: test, weights: { [green]: 1 } },
    ],
  });
}

/** Registers and waits for the first verdict. */
export const registered = (balancer: Balancer, group: string, target: Target): Promise<Health> =>
  new Promise((resolve) => balancer.register(group, target, resolve));

const smoke = { SMOKE_MERCHANT: "merchant-smoke", SMOKE_EMAIL: "smoke@merchants.example", SMOKE_PASSWORD: "smoke" };

/** A task of the sample backend; its release is its build's name. */
export async function sampleTask(build: string): Promise<Task> {
  const task = await startTask({
    command: process.execPath,
    args: [new URL("../../rehearsal/sample/main.ts", import.meta.url).pathname],
    environment: { ...smoke, SAMPLE_BUILD: build, GREENGATE_RELEASE: build, COMMIT: "1a2b3c4", ENVIRONMENT: "live" },
    stopTimeout: 30,
  });
  if (!(await task.listening)) throw new Error(`The sample didn't start: ${task.output()}`);
  return task;
}

/** Users of the sample; `bad` are the releases whose wrong answers are their own. */
export function sampleUsers(origin: string, bad: string[] = [], rate = 200): Users {
  const { email, password } = demoMerchant;
  return startUsers({ origin, rate, signIn: { email, password }, isBad: (release) => bad.includes(release) });
}
