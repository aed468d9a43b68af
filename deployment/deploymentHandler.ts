import { readCall } from "../contract/calls.ts";
import { deploymentCall } from "../contract/deploymentCalls.ts";
import { type DeploymentAnswer, decide } from "./decide.ts";
import { type Action, createSenders, type DeploymentClients, type Input, type Output } from "./operations.ts";
import type { PlannedCall, Reply } from "./plan.ts";
import { readSettings } from "./settings.ts";

/**
 * The deployment function: makes the calls that `decide` asks for until it has the answer. `env` are the function's environment
 * variables (see settings.ts). Rejects with errors whose names the machine matches: see failure.ts, else AWS's own.
 */
export function deploymentHandler(
  env: Record<string, string | undefined>,
  clients: DeploymentClients,
): (call: unknown) => Promise<DeploymentAnswer> {
  const settings = readSettings(env);
  const senders = createSenders(clients);
  return async (given) => {
    const call = readCall("deployment", deploymentCall, given);
    const replies: Reply[] = [];
    for (;;) {
      const step = decide(settings, call, replies);
      if ("answer" in step) return step.answer;
      replies.push(await send(senders, step.request));
    }
  };
}

async function send<A extends Action>(
  senders: { [K in A]: (input: Input<K>) => Promise<Output<K>> },
  { action, input }: PlannedCall<A>,
): Promise<Reply> {
  try {
    return { output: await senders[action](input) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { error: { name: error.name, message: messageOf(error) } };
  }
}

/** `fetch` says only in its cause what went wrong. */
const messageOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message} (${cause.message})` : message;
