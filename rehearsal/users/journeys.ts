/** How an ordinary merchant of the application signs in. */
export interface SignIn {
  email: string;
  password: string;
}

/** What one request of a user came to. */
export interface Answer {
  /** `GET /orders`. */
  request: string;
  /** `x-greengate-release`; null when the answer came from something before the application, or never. */
  release: string | null;
  /** `wrong`: status 500 and up, or not the body that it should be. `unexpected`: any other status, a time-out, a reset. */
  verdict: "good" | "wrong" | "unexpected";
  /** For people; empty when good. */
  why: string;
}

/** A user's way through the application, which ends early at an answer that isn't good. */
export interface Journey {
  /** How many requests it is when all goes well. */
  length: number;
  requests(origin: string, signIn: SignIn): AsyncGenerator<Answer>;
}

/** Milliseconds until a user gives up. */
const patience = 10_000;

/** What users of the sample's contract do. */
export const journeys: readonly Journey[] = [
  {
    length: 1,
    async *requests(origin) {
      yield (await ask(origin, "/health", {}, (body) => field(body, "status") === "ok")).answer;
    },
  },
  {
    length: 1,
    async *requests(origin) {
      yield (await ask(origin, "/products", {}, (body) => rows(body).length > 0)).answer;
    },
  },
  {
    length: 2,
    async *requests(origin, signIn) {
      const post = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(signIn),
      };
      const signedIn = await ask(origin, "/auth/sign-in", post, (body) => typeof field(body, "token") === "string");
      yield signedIn.answer;
      if (signedIn.answer.verdict !== "good") return;
      const merchant = field(field(signedIn.body, "merchant"), "id");
      const headers = { authorization: `Bearer ${field(signedIn.body, "token")}` };
      const ownAlone = (body: unknown) =>
        rows(body).length > 0 && rows(body).every((row) => field(row, "merchantId") === merchant);
      yield (await ask(origin, "/orders", { headers }, ownAlone)).answer;
    },
  },
];

interface Asked {
  answer: Answer;
  body?: unknown;
}

async function ask(
  origin: string,
  path: string,
  init: RequestInit,
  isRight: (body: unknown) => boolean,
): Promise<Asked> {
  const request = `${init.method ?? "GET"} ${path}`;
  try {
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(`${origin}${path}`, { ...init, redirect: "manual", signal });
    const release = response.headers.get("x-greengate-release");
    const text = await response.text();
    const { status } = response;
    if (status !== 200)
      return { answer: { request, release, verdict: status >= 500 ? "wrong" : "unexpected", why: `status ${status}` } };
    const body = parsed(text);
    if (!isRight(body))
      return { answer: { request, release, verdict: "wrong", why: "not the body that it should be" } };
    return { answer: { request, release, verdict: "good", why: "" }, body };
  } catch (error) {
    return { answer: { request, release: null, verdict: "unexpected", why: reason(error) } };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const rows = (body: unknown): unknown[] => (Array.isArray(body) ? body : []);

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(name) : undefined;

/** fetch says only "fetch failed"; its cause says what. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
