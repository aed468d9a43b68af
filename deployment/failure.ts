import type { DeploymentError } from "../stateMachine/calls.ts";

/**
 * An error that the machine matches by name. `DeploymentOpen`: somebody else's deployment is under way, so ours can't start now;
 * try again later. `InvalidCall`: the call or the function's environment is not what it must be; trying again won't help.
 */
export class Failure extends Error {
  constructor(name: DeploymentError | "DeploymentOpen" | "InvalidCall", message: string) {
    super(`deployment: ${message}`);
    this.name = name;
  }
}

/** Whether AWS answered with one of these error codes. */
export function isNamed(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}
