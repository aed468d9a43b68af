import { type DeploymentAnswer, decide } from "./decide.ts";
import { type Action, type Clients, type Input, type Output, operations } from "./operations.ts";
import { parseCall } from "./parseCall.ts";
import type { Reply, Request } from "./plan.ts";
import { settings } from "./settings.ts";

/**
 * The deployment function: makes the calls that `decide` asks for until it has the answer. `env` are the function's environment
 * variables (see settings.ts). Rejects with errors whose names the machine matches: see failure.ts, else AWS's own.
 */
export function deploymentHandler(
  env: Record<string, string | undefined>,
  clients: Clients,
): (call: unknown) => Promise<DeploymentAnswer> {
  const own = settings(env);
  const send = operations(clients);
  return async (input) => {
    const call = parseCall(input);
    const seen: Reply[] = [];
    for (;;) {
      const step = decide(own, call, seen);
      if ("answer" in step) return step.answer;
      seen.push(await reply(send, step.request));
    }
  };
}

async function reply<A extends Action>(
  send: { [K in A]: (input: Input<K>) => Promise<Output<K>> },
  { action, input }: Request<A>,
): Promise<Reply> {
  try {
    return { output: await send[action](input) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: error.message } };
  }
}
