import { Disconnected, exchange, type HttpAnswer, type Request, type Target } from "./exchange.ts";
import { demand, NotJudged } from "./outcome.ts";
import { foreignMerchant, type Session, type SignIn, signIn } from "./session.ts";

/** What a check may do to the environment: read, as a visitor or as the smoke merchant. */
export interface Api {
  /** Answers whatever the status. Throws CheckFailed or NotJudged; both end the check. */
  get(path: string, session?: Session): Promise<HttpAnswer>;
  head(path: string, session?: Session): Promise<HttpAnswer>;
}

/** Signs in as the smoke merchant; one sign-in serves all checks of a run. */
export type Login = () => Promise<Session>;

export interface ApiArgs extends Target {
  /** The release whose answers count. */
  release: string;
  signIn: SignIn;
}

export interface EnvironmentApi {
  api: Api;
  login: Login;
  /** Whether another release answered until the budget was spent. */
  isMixed(): boolean;
}

/** One for each run: its checks share the sign-in and the budget for lost connections. */
export function environmentApi(args: ApiArgs): EnvironmentApi {
  let retries = 6;
  let mixed = false;
  let session: Promise<Session> | undefined;

  async function ask(request: Request): Promise<HttpAnswer> {
    for (;;) {
      try {
        const answer = await exchange(args, request);
        // No name at all, and the load balancer answered for it (502, 503, 504).
        demand(answer.release !== null, `${answer.request} answered ${answer.status} without x-greengate-release`);
        if (answer.release === args.release) return answer;
        if (retries-- <= 0) {
          mixed = true;
          throw new NotJudged(`${answer.request} was answered by release ${answer.release}`);
        }
      } catch (error) {
        if (!(error instanceof Disconnected) || retries-- <= 0) throw error;
      }
      await args.clock.sleep(500);
    }
  }

  async function read(method: "GET" | "HEAD", path: string, as?: Session): Promise<HttpAnswer> {
    if (as === undefined) return ask({ method, path });
    const answer = await ask({ method, path, authorization: as.authorization });
    const foreign = foreignMerchant(answer.body, as.merchant);
    demand(foreign === undefined, `${answer.request} shows ${as.merchant} what belongs to merchant ${foreign}`);
    return answer;
  }

  return {
    api: { get: (path, as) => read("GET", path, as), head: (path, as) => read("HEAD", path, as) },
    login() {
      session ??= signIn(args.signIn, ask).catch((error: unknown) => {
        session = undefined; // so that a check's second run signs in anew
        throw error;
      });
      return session;
    },
    isMixed: () => mixed,
  };
}
