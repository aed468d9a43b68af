import type { DeploymentError } from "../contract/deploymentCalls.ts";

/**
 * An error thrown on purpose, which the machine matches by name. `LedgerUnreadable`: nothing is known of the environment, so nothing
 * is done; reading it again may help.
 */
export class DeploymentFailure extends Error {
  constructor(name: DeploymentError | "LedgerUnreadable", message: string) {
    super(`deployment: ${message}`);
    this.name = name;
  }
}
