/** A build's fault; absent = it works. */
export interface Build {
  /** Milliseconds before it listens. */
  bootTime?: number;
  /** Milliseconds before each answer. */
  answerTime?: number;
  /** It ends with exit code 1 before it listens. */
  crashesAtBoot?: true;
  /** Which signed-in reads go wrong, how, and when. */
  fault?: Fault;
}

export interface Fault {
  path: "/products" | "/orders";
  /** `error`: status 500. `leak`: status 200 with another merchant's row among the merchant's own. */
  shows: "error" | "leak";
  /** Only there; absent = everywhere. */
  environment?: "dev" | "live";
  /**
   * `always`: to everybody. `production`: to requests without the test header, hence never to ECS's hook.
   * `afterUsers`: to requests without the test header, once this process has served a user without it; a user is whoever
   * is not the smoke merchant and asks for more than /health. The smoke alone therefore never meets it.
   */
  when: "always" | "production" | "afterUsers";
}

/** The builds that scenarios release; their images carry these names. */
export const builds = {
  "good-1": {},
  "good-2": {},
  "orders-fail-under-traffic": { fault: { path: "/orders", shows: "error", environment: "live", when: "afterUsers" } },
  red: { fault: { path: "/orders", shows: "leak", environment: "dev", when: "production" } },
  "dark-red": { fault: { path: "/products", shows: "error", when: "always" } },
  crash: { crashesAtBoot: true },
  "slow-boot": { bootTime: 5_000 },
  slow: { answerTime: 300 },
} as const satisfies Record<string, Build>;

export type BuildName = keyof typeof builds;

export function isBuild(name: string): name is BuildName {
  return Object.hasOwn(builds, name);
}
