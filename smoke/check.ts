import type { Api, Login } from "./api.ts";

/** One thing that must work. Returns nothing = pass; a text = it works, but not as it should (degraded). Throws to fail. */
export interface Check {
  /** `what.how`, such as `orders.list`. */
  name: string;
  /** Globs of the application's files that this check covers. */
  touches: readonly string[];
  run: (context: CheckContext) => Promise<string | undefined>;
}

export interface CheckContext {
  api: Api;
  login: Login;
}

export function check(
  name: string,
  about: { touches: readonly string[] },
  // biome-ignore lint/suspicious/noConfusingVoidType: a check that has nothing to say needs no return.
  run: (context: CheckContext) => Promise<string | void>,
): Check {
  return { name, touches: about.touches, run: async (context) => (await run(context)) ?? undefined };
}
