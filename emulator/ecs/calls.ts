import { AwsError } from "../awsError.ts";
import { deploymentOperations } from "./deploymentCalls.ts";
import type { Happened } from "./events.ts";
import type { Operation } from "./operation.ts";
import { serviceOperations } from "./serviceCalls.ts";
import { taskOperations } from "./taskCalls.ts";
import { taskDefinitionOperations } from "./taskDefinitions.ts";
import type { Work } from "./work.ts";

/** The actions that this ECS knows. */
const operations: Readonly<Record<string, Operation>> = {
  ...taskDefinitionOperations,
  ...serviceOperations,
  ...deploymentOperations,
  ...taskOperations,
};

/** Answers an API call with ECS's JSON, or with the error that ECS's clients know. Each looks before it changes: a refused call changes nothing. */
export function answerCall(work: Work, { action, input }: Happened<"call">): void {
  try {
    work.effects.push({ type: "reply", output: operationOf(action)(work, input, action) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    work.effects.push({ type: "reply", error });
  }
}

function operationOf(action: string): Operation {
  const found = Object.hasOwn(operations, action) ? operations[action] : undefined;
  if (found) return found;
  const known = Object.keys(operations).join(", ");
  throw new AwsError(
    "UnknownOperationException",
    `emulator/ecs: ecs:${action} is not supported here; there are ${known}`,
  );
}
