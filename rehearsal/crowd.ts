import type { Stage } from "./stage.ts";
import type { SignIn } from "./users/journeys.ts";
import { type Counts, startUsers } from "./users/users.ts";

/** Users of both environments. */
export interface Crowd {
  /** Sends nothing more and resolves when all in flight are answered or timed out. */
  stop(): Promise<Counts>;
  /** What the first failures were, for people. */
  failures(): string[];
}

/** From now on they come; `rate`: requests a second and environment. */
export function startCrowd({ cloud, badReleases }: Stage, rate: number, signIn: SignIn): Crowd {
  const flows = Object.values(cloud.origins).map((origin) =>
    startUsers({ origin, rate, signIn, isBad: (release) => badReleases.has(release) }),
  );
  return {
    async stop() {
      const counts = await Promise.all(flows.map((flow) => flow.stop()));
      const sum = (key: keyof Counts) => counts.reduce((total, each) => total + each[key], 0);
      return { sent: sum("sent"), failed: sum("failed"), badBuild: sum("badBuild") };
    },
    failures: () => flows.flatMap((flow) => [...flow.failures()]),
  };
}
