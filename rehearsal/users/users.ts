import { type Answer, journeys, type SignIn } from "./journeys.ts";

export interface UsersArgs {
  /** The load balancer's address. */
  origin: string;
  /** Requests a second, real time. */
  rate: number;
  /** How an ordinary merchant signs in. */
  signIn: SignIn;
  /** Whether a release (`x-greengate-release`) is known to be bad: its wrong answers are its own, not the rollout's. */
  isBad: (release: string) => boolean;
}

export interface Counts {
  sent: number;
  /** Unexpected statuses, time-outs, resets, and wrong answers of releases that aren't bad. */
  failed: number;
  /** Wrong answers (status 500 and up, or a wrong body) of a bad release. */
  badBuild: number;
}

export interface Users {
  counts(): Readonly<Counts>;
  /** Releases that have answered a user, each with the number of its answers. */
  releases(): ReadonlyMap<string, number>;
  /** What the first failures were, for people. */
  failures(): readonly string[];
  /** Sends nothing more and resolves when all in flight are answered or timed out. */
  stop(): Promise<Readonly<Counts>>;
}

/** At most so many journeys are under way; who comes then finds no line free, which counts as failed. */
const lines = 200;
/** Milliseconds of schedule that are made up for after a stall of this process; what is older is dropped. */
const arrears = 1000;

/**
 * A steady flow of users: they come by the clock on the wall, whether or not the ones before them have been answered, each on one
 * of the journeys in turn. The count is of requests; a journey ends at its first request that isn't answered well.
 */
export function startUsers({ origin, rate, signIn, isBad }: UsersArgs): Users {
  const counts: Counts = { sent: 0, failed: 0, badBuild: 0 };
  const releases = new Map<string, number>();
  const failures: string[] = [];
  const underWay = new Set<Promise<void>>();
  let due = performance.now();
  let turn = 0;

  const judge = (answer: Answer) => {
    const { request, release, verdict, why } = answer;
    counts.sent += 1;
    if (release !== null) releases.set(release, (releases.get(release) ?? 0) + 1);
    if (verdict === "good") return;
    if (verdict === "wrong" && release !== null && isBad(release)) {
      counts.badBuild += 1;
      return;
    }
    counts.failed += 1;
    if (failures.length < 20) failures.push(`${request}: ${why} (release ${release ?? "unknown"})`);
  };
  const travel = async (journey: (typeof journeys)[number]) => {
    for await (const answer of journey.requests(origin, signIn)) judge(answer);
  };
  const tick = () => {
    const now = performance.now();
    due = Math.max(due, now - arrears);
    for (; due <= now; turn += 1) {
      const journey = journeys[turn % journeys.length]!;
      due += (journey.length * 1000) / rate;
      if (underWay.size >= lines) {
        judge({ request: "no request", release: null, verdict: "unexpected", why: `${lines} are unanswered` });
        continue;
      }
      const trip: Promise<void> = travel(journey).finally(() => underWay.delete(trip));
      underWay.add(trip);
    }
  };
  const ticking = setInterval(tick, 10);

  return {
    counts: () => ({ ...counts }),
    releases: () => releases,
    failures: () => failures,
    async stop() {
      clearInterval(ticking);
      await Promise.all(underWay);
      return { ...counts };
    },
  };
}
